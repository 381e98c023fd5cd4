import { z } from "zod";
import { IdSchema, InstantSchema } from "@/contracts/common";
import type { ReleaseAnswer } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import type { RequestKey } from "../idempotency";
import { changeHolds } from "./change-holds";

const AnswerSchema = z.object({
  serverNow: InstantSchema,
  released: z.int(),
  paymentOpen: z.array(IdSchema),
});

/** Gives one hold back, or all of the cart with `"all"`. What is gone already counts as given back. Idempotent. */
export async function release(
  shopperId: string,
  what: string | "all",
  key?: RequestKey,
): Promise<Result<ReleaseAnswer>> {
  const args = what === "all" ? {} : { p_reservation_ids: [what] };
  const { serverNow, released, paymentOpen } = await changeHolds(
    "release_reservations",
    { p_shopper_id: shopperId, ...args },
    AnswerSchema,
    key,
  );
  if (paymentOpen.length > 0) return { ok: false, serverNow, refusal: { code: "payment_open" } };
  return { ok: true, value: { serverNow, released } };
}
