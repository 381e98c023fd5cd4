import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import { type RefundFacts, refundFactsOf, refundsOf } from "../../stripe/refunds";
import { StripeUnavailable } from "../../stripe/stripe-error";
import type { StripeEvent, StripeRefund } from "../../stripe/stripe-event";
import { callFunction } from "../../supabase/call-function";
import type { Database } from "../../supabase/database.types";
import { IF_IDEMPOTENT } from "../../supabase/repeat";
import { noteEvent } from "../note-event";
import type { EventName } from "../settle";
import { settleByIntent } from "../settle-by-intent";
import { recordRefund } from "../work-off-refunds";

type OutsideRefund = Database["public"]["Functions"]["record_outside_refund"]["Args"];

/** Writes down what an event says of a refund: of ours, or of one that somebody made in Stripe's dashboard. */
export async function recordRefundOfEvent({ id, type }: StripeEvent, refund: StripeRefund): Promise<string> {
  const facts = refundFactsOf(refund);
  const outcome = await recordFacts(facts, { id, type });
  if (facts.status === "failed" || facts.status === "canceled") await recordOthers(facts);
  return outcome;
}

/** One that failed makes room in the books for others, of which Stripe may have told before it told of the failure. */
async function recordOthers({ paymentIntentId, stripeRefundId }: RefundFacts): Promise<void> {
  const refunds = paymentIntentId === null ? [] : await refundsOf(paymentIntentId);
  for (const other of refunds) if (other.stripeRefundId !== stripeRefundId) await recordFacts(other);
}

/** Without an event where it is one of several that the same event says. */
export async function recordFacts(facts: RefundFacts, event?: EventName): Promise<string> {
  const ours = IdSchema.safeParse(facts.refundId);
  if (ours.success) return recordRefund(ours.data, facts, event);
  if (facts.paymentIntentId === null) return event ? noteEvent(event) : "not_found";
  const { stripeRefundId, amountCents, currency, status } = facts;
  const args = {
    p_payment_intent_id: facts.paymentIntentId,
    p_stripe: { refundId: stripeRefundId, amountCents, currency, status },
    ...(event && { p_event_id: event.id, p_event_type: event.type }),
  };
  return recordOutside(args, facts.paymentIntentId);
}

const AnswerSchema = z.object({ outcome: z.string() });

/** Part of a second payment says nothing by itself: what we owe is all of it, and Stripe knows how much is back. */
async function recordOnce(args: OutsideRefund & { p_stripe: object }, paymentIntentId: string) {
  const record = (whole: OutsideRefund) =>
    callFunction("record_outside_refund", whole, AnswerSchema, IF_IDEMPOTENT);
  const first = await record(args);
  if (first.outcome !== "part") return first;
  const done = (await refundsOf(paymentIntentId)).filter(({ status }) => status === "succeeded");
  const refundedCents = done.reduce((sum, { amountCents }) => sum + amountCents, 0);
  return record({ ...args, p_stripe: { ...args.p_stripe, refundedCents } });
}

/** Money can only go back once it is known to have come. Where that is not written down yet, it is settled first. */
async function recordOutside(args: OutsideRefund & { p_stripe: object }, paymentIntentId: string) {
  const record = () => recordOnce(args, paymentIntentId);
  const first = (await record()).outcome;
  // A refund may be heard of before its payment: without a look at Stripe it would be forgotten, and the order sold.
  if (first !== "not_settled" && first !== "not_found") return first;
  if (!(await settleByIntent(paymentIntentId))) return first;
  const second = (await record()).outcome;
  if (second === "not_settled") throw new StripeUnavailable("a refund of a payment that is not complete");
  return second;
}
