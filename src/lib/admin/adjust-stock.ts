import { z } from "zod";
import { type AdjustBody, type Adjusted, AdjustedSchema, HoldInTheWaySchema } from "@/contracts/admin-stock";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { refused } from "./refused";

const serverNow = z.string();
const AnswerSchema = z.discriminatedUnion("outcome", [
  AdjustedSchema.extend({ outcome: z.literal("adjusted") }),
  z.object({
    outcome: z.enum(["units_held", "payment_open"]),
    serverNow,
    missing: z.int(),
    inTheWay: z.array(HoldInTheWaySchema),
  }),
  z.object({ outcome: z.literal("below_zero"), serverNow }),
  z.object({ outcome: z.literal("not_found"), serverNow: serverNow.optional() }),
]);

/**
 * Changes how many units are on hand, with a reason. Where live holds stand in the way it says which; told so, it takes
 * the newest back.
 */
export async function adjustStock(wish: AdjustBody, by: Acting): Promise<AdminResult<Adjusted>> {
  const args = {
    p_variant_id: wish.variantId,
    p_location_id: wish.locationId,
    p_delta: wish.delta,
    p_reason: wish.reason,
    p_release_newest: wish.releaseNewest,
    p_admin_id: by.adminId,
  };
  const answer = await changeOnce("admin_adjust_stock", args, AnswerSchema, by);
  switch (answer.outcome) {
    case "adjusted": {
      const { outcome: _, ...value } = answer;
      return { ok: true, value };
    }
    case "units_held":
    case "payment_open": {
      const { outcome: code, missing, inTheWay: holds } = answer;
      return { ok: false, serverNow: answer.serverNow, refusal: { code, missing, holds } };
    }
    case "below_zero":
      return refused("below_zero", answer.serverNow);
    case "not_found":
      return refused("stock_level_not_found", answer.serverNow);
  }
}
