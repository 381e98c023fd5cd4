import { z } from "zod";
import type { HoldAnswer, ReserveBody } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import type { Circumstances } from "../http/source-address";
import type { RequestKey } from "../idempotency";
import { toRefusal } from "./pause";
import { askToReserve } from "./reserve-queue";
import { LineAnswerSchema } from "./sql-answers";

const AnswerSchema = z.object({ lines: z.tuple([LineAnswerSchema]) });

/**
 * Holds units of one variant for one shopper, or says why not. Not idempotent without a key: `add` adds again. Nothing is held for
 * whoever hung up (`signal`) before the turn came; `source` is limited as a whole.
 */
export async function reserve(
  shopperId: string,
  wish: ReserveBody,
  { signal, source }: Circumstances = {},
  key?: RequestKey,
): Promise<Result<HoldAnswer>> {
  const { variantId, quantity, mode } = wish;
  // A plain addition is left unsaid: it is what the database has a shortcut for.
  const request = {
    shopperId,
    lines: [{ variantId, quantity }],
    ...(mode === "set" && { quantityMode: mode }),
    ...(source !== undefined && { source }),
    ...key,
  };
  const { serverNow, answer } = await askToReserve(request, signal);
  const [line] = AnswerSchema.parse(answer).lines;
  if (line.outcome !== "held") return { ok: false, serverNow, refusal: await toRefusal(shopperId, line) };
  const { reservation, replacesId } = line;
  return { ok: true, value: { serverNow, outcome: "held", reservation, replacesId } };
}
