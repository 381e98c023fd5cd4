import { z } from "zod";
import type { BulkMode, ReleaseLine } from "@/contracts/bulk";
import { IdSchema, InstantSchema } from "@/contracts/common";
import type { RequestKey } from "../idempotency";
import { type BulkResult, howMuch } from "./bulk-result";
import { changeHolds } from "./change-holds";
import { getCart } from "./get-cart";

const AnswerSchema = z.object({
  serverNow: InstantSchema,
  releasedIds: z.array(IdSchema),
  paymentOpen: z.array(IdSchema),
});
type Answer = z.infer<typeof AnswerSchema>;

/** Gives 1 to 100 holds back. Only an open payment stands in the way; what is gone already is fine. Idempotent. */
export async function bulkRelease(
  shopperId: string | null,
  ids: readonly string[],
  mode: BulkMode,
  key?: RequestKey,
): Promise<BulkResult> {
  const answer = shopperId ? await releaseAll(shopperId, ids, mode, key) : await nothing();
  const isWhole = mode === "partial" || answer.paymentOpen.length === 0;
  const lines = ids.map((id) => lineOf(id.toLowerCase(), answer, isWhole));
  const outcome = howMuch(lines, (line) => line.outcome === "released" || line.outcome === "not_held");
  const { serverNow } = answer;
  if (outcome === "refused") return { ok: false, serverNow, lines };
  return { ok: true, value: { serverNow, operation: "release", outcome, lines } };
}

function releaseAll(
  shopperId: string,
  ids: readonly string[],
  mode: BulkMode,
  key?: RequestKey,
): Promise<Answer> {
  const args = { p_shopper_id: shopperId, p_reservation_ids: [...ids], p_mode: mode };
  return changeHolds("release_reservations", args, AnswerSchema, key);
}

/** A stranger holds nothing, and is not made a guest by asking. */
async function nothing(): Promise<Answer> {
  const { serverNow } = await getCart(null);
  return { serverNow, releasedIds: [], paymentOpen: [] };
}

function lineOf(reservationId: string, answer: Answer, isWhole: boolean): ReleaseLine {
  if (answer.releasedIds.includes(reservationId)) return { reservationId, outcome: "released" };
  if (answer.paymentOpen.includes(reservationId)) return { reservationId, outcome: "payment_open" };
  return { reservationId, outcome: isWhole ? "not_held" : "not_attempted" };
}
