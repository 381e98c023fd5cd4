import { z } from "zod";
import { IdSchema, InstantSchema } from "@/contracts/common";
import type { ReleaseAnswer } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

const AnswerSchema = z.object({
  serverNow: InstantSchema,
  released: z.int(),
  paymentOpen: z.array(IdSchema),
});

/** Gives one hold back, or all of the cart with `"all"`. What is gone already counts as given back. Idempotent. */
export async function release(shopperId: string, what: string | "all"): Promise<Result<ReleaseAnswer>> {
  const args = what === "all" ? {} : { p_reservation_ids: [what] };
  const { serverNow, released, paymentOpen } = await callFunction(
    "release_reservations",
    { p_shopper_id: shopperId, ...args },
    AnswerSchema,
    IF_IDEMPOTENT,
  );
  if (paymentOpen.length > 0) return { ok: false, serverNow, refusal: { code: "payment_open" } };
  return { ok: true, value: { serverNow, released } };
}
