import { z } from "zod";
import { IdSchema, MoneySchema } from "@/contracts/common";
import type { Deadline } from "../deadline";
import { logError } from "../log";
import { type RefundFacts, refund, retrieveRefund } from "../stripe/refunds";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import type { EventName } from "./settle";

const ClaimSchema = z.object({
  refunds: z.array(
    z.object({
      refundId: IdSchema,
      attempt: z.int(),
      /** Where Stripe has it already, and has not said its last word. */
      stripeRefundId: z.string().nullish(),
      paymentIntentId: z.string().nullable(),
      amountCents: MoneySchema,
      currency: z.string(),
    }),
  ),
});
type Claimed = z.infer<typeof ClaimSchema>["refunds"][number];

/** Refunds per claim: asked one after the other well before the claim ends (60 s). */
const CLAIM = 10;

/** `done`: Stripe took them. `undone`: they stay on the worklist. */
export type WorkedOff = { done: number; undone: number };

/**
 * Asks Stripe for the refunds that are due. Each is claimed and has a key of its own, so that it is made once however
 * often this runs, and whatever crashes. When the time is over the rest is undone. Never throws because of Stripe.
 */
export async function workOffRefunds(deadline: Deadline): Promise<WorkedOff> {
  const { refunds } = await callFunction("claim_refunds", { p_limit: CLAIM }, ClaimSchema);
  const total = { done: 0, undone: 0 };
  for (const each of refunds) total[(await deadline.within(() => askFor(each))) ? "done" : "undone"]++;
  return total;
}

async function askFor({ paymentIntentId, stripeRefundId, ...wish }: Claimed): Promise<boolean> {
  try {
    // Paid without Stripe (by phone, imported): a person has to pay it back.
    if (paymentIntentId === null) return false;
    const known = stripeRefundId ? await retrieveRefund(stripeRefundId) : null;
    const facts = known ?? (await refund({ ...wish, paymentIntentId }));
    await recordRefund(wish.refundId, facts);
    return facts.status === "succeeded" || facts.status === "pending";
  } catch (error) {
    logError("refund_not_made", { refundId: wish.refundId, message: String(error) });
    return false;
  }
}

const RecordedSchema = z.object({ outcome: z.string() });

/** Writes down what Stripe says of a refund of ours, with the event that said so. Idempotent. */
export async function recordRefund(refundId: string, facts: RefundFacts, event?: EventName): Promise<string> {
  const { stripeRefundId, attempt, status, error } = facts;
  const args = {
    p_refund_id: refundId,
    p_stripe: {
      refundId: stripeRefundId,
      status,
      ...(attempt !== null && { attempt }),
      ...(error && { error }),
    },
    ...(event && { p_event_id: event.id, p_event_type: event.type }),
  };
  return (await callFunction("record_refund", args, RecordedSchema, IF_IDEMPOTENT)).outcome;
}
