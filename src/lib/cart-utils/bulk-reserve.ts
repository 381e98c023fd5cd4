import { z } from "zod";
import { type BulkMode, type ReserveLine, ReserveLineSchema } from "@/contracts/bulk";
import type { Circumstances } from "../http/source-address";
import type { RequestKey } from "../idempotency";
import type { BulkResult } from "./bulk-result";
import { askToReserve } from "./reserve-queue";

const LineSchema = ReserveLineSchema.omit({ limit: true, reservation: true, replacesId: true }).extend({
  reservation: ReserveLineSchema.shape.reservation.default(null),
  replacesId: ReserveLineSchema.shape.replacesId.default(null),
  limit: ReserveLineSchema.shape.limit.nullable(),
});
const AnswerSchema = z.object({ outcome: z.string(), lines: z.array(LineSchema) });

/**
 * Holds the lines of a whole cart (1 to 100) for one shopper, on top of what is held already. The lines of one variant
 * are one line. Not idempotent without a key: it adds again. Nothing is held for whoever hung up (`signal`) before the turn came.
 */
export async function bulkReserve(
  shopperId: string,
  items: readonly { variantId: string; quantity: number }[],
  mode: BulkMode,
  { signal, source }: Circumstances = {},
  key?: RequestKey,
): Promise<BulkResult> {
  const request = { shopperId, mode, lines: [...items], ...(source !== undefined && { source }), ...key };
  const { serverNow, answer } = await askToReserve(request, signal);
  const { outcome, lines: found } = AnswerSchema.parse(answer);
  const lines = found.map(toLine);
  if (outcome === "held") {
    return { ok: true, value: { serverNow, operation: "reserve", outcome: "done", lines } };
  }
  if (outcome === "partial") {
    return { ok: true, value: { serverNow, operation: "reserve", outcome: "partial", lines } };
  }
  return { ok: false, serverNow, lines };
}

function toLine({ limit, ...line }: z.infer<typeof LineSchema>): ReserveLine {
  return { ...line, ...(limit && { limit }) };
}
