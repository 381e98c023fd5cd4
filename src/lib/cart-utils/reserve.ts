import { z } from "zod";
import { InstantSchema } from "@/contracts/common";
import type { HoldAnswer, ReserveBody } from "@/contracts/reservations";
import type { Result } from "@/domain/outcomes";
import { callFunction } from "../supabase/call-function";
import { LineAnswerSchema, toRefusal } from "./sql-answers";

const AnswerSchema = z.object({
  serverNow: InstantSchema,
  answers: z.tuple([z.object({ lines: z.tuple([LineAnswerSchema]) })]),
});

/** Holds units of one variant for one shopper, or says why not. Not idempotent: `add` adds again. */
export async function reserve(shopperId: string, wish: ReserveBody): Promise<Result<HoldAnswer>> {
  const { variantId, quantity, mode } = wish;
  // A plain addition is left unsaid: it is what the database has a shortcut for.
  const request = {
    shopperId,
    lines: [{ variantId, quantity }],
    ...(mode === "set" && { quantityMode: mode }),
  };
  const { serverNow, answers } = await callFunction("reserve_stock", { p_requests: [request] }, AnswerSchema);
  const [line] = answers[0].lines;
  if (line.outcome !== "held") return { ok: false, serverNow, refusal: toRefusal(line) };
  const { reservation, replacesId } = line;
  return { ok: true, value: { serverNow, outcome: "held", reservation, replacesId } };
}
