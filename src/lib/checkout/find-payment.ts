import { z } from "zod";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { PaymentSchema, SqlOrderSchema, serverNow } from "./sql-answers";

const FoundSchema = z.object({
  outcome: z.literal("found"),
  serverNow,
  payment: PaymentSchema,
  order: SqlOrderSchema,
});
const AnswerSchema = z.discriminatedUnion("outcome", [
  FoundSchema,
  z.object({ outcome: z.literal("not_found"), serverNow }),
]);
export type FoundPayment = z.infer<typeof FoundSchema>;

/** One of the three names of a payment: ours, its session's, its payment intent's. */
export type PaymentName = { paymentId: string } | { sessionId: string } | { paymentIntentId: string };

/** A payment and its order; `null` where there is none. */
export async function findPayment(name: PaymentName): Promise<FoundPayment | null> {
  const answer = await callFunction("get_payment", argsOf(name), AnswerSchema, IF_IDEMPOTENT);
  return answer.outcome === "found" ? answer : null;
}

function argsOf(name: PaymentName) {
  if ("paymentId" in name) return { p_payment_id: name.paymentId };
  if ("sessionId" in name) return { p_session_id: name.sessionId };
  return { p_payment_intent_id: name.paymentIntentId };
}

const OpenSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("found"), serverNow, payment: PaymentSchema }),
  z.object({ outcome: z.literal("none"), serverNow }),
]);

/** The shopper's payment that is not finished: at most one. */
export function openPaymentOf(shopperId: string): Promise<z.infer<typeof OpenSchema>> {
  return callFunction("open_payment", { p_shopper_id: shopperId }, OpenSchema, IF_IDEMPOTENT);
}
