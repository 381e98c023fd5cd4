import { z } from "zod";
import {
  type SafetyStockAnswer,
  SafetyStockAnswerSchema,
  type SafetyStockBody,
} from "@/contracts/admin-stock";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  SafetyStockAnswerSchema.extend({ outcome: z.literal("saved") }),
  z.object({ outcome: z.literal("not_found"), serverNow: z.string() }),
]);

/** Sets how many units new holds leave alone. What is held already stays held. */
export async function setSafetyStock(
  { variantId, locationId, safetyStock }: SafetyStockBody,
  by: Acting,
): Promise<AdminResult<SafetyStockAnswer>> {
  const args = {
    p_variant_id: variantId,
    p_location_id: locationId,
    p_safety_stock: safetyStock,
    p_admin_id: by.adminId,
  };
  const answer = await changeOnce("admin_set_safety_stock", args, AnswerSchema, by, IF_IDEMPOTENT);
  if (answer.outcome === "not_found") return refused("stock_level_not_found", answer.serverNow);
  return { ok: true, value: { serverNow: answer.serverNow, safetyStock: answer.safetyStock } };
}
