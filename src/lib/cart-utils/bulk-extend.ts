import { z } from "zod";
import { type BulkMode, type ExtendLine, ExtendLineSchema } from "@/contracts/bulk";
import { InstantSchema } from "@/contracts/common";
import type { RequestKey } from "../idempotency";
import { type BulkResult, howMuch } from "./bulk-result";
import { changeHolds } from "./change-holds";
import { getCart } from "./get-cart";

const LineSchema = ExtendLineSchema.omit({ outcome: true, reservation: true, replacesId: true }).extend({
  // `expired` is what the other answers of the store call hold_expired.
  outcome: z.enum(["expired", ...ExtendLineSchema.shape.outcome.exclude(["hold_expired"]).options]),
  reservation: ExtendLineSchema.shape.reservation.default(null),
  replacesId: ExtendLineSchema.shape.replacesId.default(null),
});
const AnswerSchema = z.object({ serverNow: InstantSchema, answers: z.array(LineSchema) });

/** Gives 1 to 100 holds more time; lapsed ones are taken again where their units are free. Safe to repeat. */
export async function bulkExtend(
  shopperId: string | null,
  ids: readonly string[],
  mode: BulkMode,
  key?: RequestKey,
): Promise<BulkResult> {
  const { serverNow, lines } = shopperId ? await extendAll(shopperId, ids, mode, key) : await notFound(ids);
  const outcome = howMuch(lines, (line) => line.outcome === "extended" || line.outcome === "held_again");
  if (outcome === "refused") return { ok: false, serverNow, lines };
  return { ok: true, value: { serverNow, operation: "extend", outcome, lines } };
}

async function extendAll(shopperId: string, ids: readonly string[], mode: BulkMode, key?: RequestKey) {
  const args = { p_shopper_id: shopperId, p_reservation_ids: [...ids], p_mode: mode };
  const { serverNow, answers } = await changeHolds("extend_reservations", args, AnswerSchema, key);
  return { serverNow, lines: answers.map(toLine) };
}

function toLine({ outcome, ...line }: z.infer<typeof LineSchema>): ExtendLine {
  return { ...line, outcome: outcome === "expired" ? "hold_expired" : outcome };
}

/** A stranger holds nothing, and is not made a guest by asking. */
async function notFound(ids: readonly string[]) {
  const { serverNow } = await getCart(null);
  const lines = ids.map((id): ExtendLine => {
    const reservationId = id.toLowerCase();
    return { reservationId, outcome: "reservation_not_found", reservation: null, replacesId: null };
  });
  return { serverNow, lines };
}
