import { z } from "zod";
import type { StripeEvent } from "../../stripe/stripe-event";
import { callFunction } from "../../supabase/call-function";
import { IF_IDEMPOTENT } from "../../supabase/repeat";
import { noteEvent } from "../note-event";
import { settleByIntent } from "../settle-by-intent";

/** A shopper's bank took the money back for now. A person has to answer, so it is an alert and no more. */
export async function chargeDisputeCreated({
  id,
  type,
  data: { object: dispute },
}: StripeEvent<"charge.dispute.created">): Promise<string> {
  const intent = dispute.payment_intent;
  const intentId = typeof intent === "string" ? intent : intent?.id;
  if (!intentId) return noteEvent({ id, type });
  const { amount, currency, reason, status } = dispute;
  const args = {
    p_payment_intent_id: intentId,
    p_event_id: id,
    p_event_type: type,
    p_details: {
      disputeId: dispute.id,
      amountCents: amount,
      currency: currency.toUpperCase(),
      reason,
      status,
    },
  };
  const AnswerSchema = z.object({ outcome: z.string() });
  const record = async () =>
    (await callFunction("record_dispute", args, AnswerSchema, IF_IDEMPOTENT)).outcome;
  const first = await record();
  // It may be heard of before its payment.
  return first === "not_found" && (await settleByIntent(intentId)) ? record() : first;
}
