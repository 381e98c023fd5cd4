import type Stripe from "stripe";
import { stripe } from "./client";
import { askStripe, StripeRefused } from "./stripe-error";

/** A refund as Stripe knows it. */
export type RefundFacts = {
  stripeRefundId: string | null;
  /** Our id of it; `null` for one that was made in Stripe's dashboard. */
  refundId: string | null;
  /** Which attempt of ours; `null` with `refundId`. */
  attempt: number | null;
  paymentIntentId: string | null;
  status: "pending" | "succeeded" | "failed" | "requires_action" | "canceled";
  amountCents: number;
  currency: string;
  /** Stripe's code for why it failed. */
  error?: string;
};

export type RefundWish = {
  refundId: string;
  /** Counts what was tried and failed for good; each is a refund of its own at Stripe. */
  attempt: number;
  paymentIntentId: string;
  amountCents: number;
  currency: string;
};

/**
 * Pays money back, once for a (refund, attempt) however often this is called: what Stripe has under our id already is
 * answered, for it forgets keys after a day. A refusal is an answer: `failed`. Throws `StripeUnavailable`.
 */
export async function refund(wish: RefundWish): Promise<RefundFacts> {
  const { refundId, attempt, paymentIntentId, amountCents, currency } = wish;
  const metadata = { refund_id: refundId, attempt: String(attempt) };
  try {
    const made = await findRefund(paymentIntentId, metadata);
    if (made) return refundFactsOf(made);
    const params = { payment_intent: paymentIntentId, amount: amountCents, metadata };
    const options = { idempotencyKey: `refund-${refundId}-${attempt}` };
    return refundFactsOf(await askStripe(() => stripe().refunds.create(params, options)));
  } catch (error) {
    if (!(error instanceof StripeRefused)) throw error;
    const facts = { stripeRefundId: null, refundId, attempt, paymentIntentId, amountCents, currency };
    return { ...facts, status: "failed", error: error.code };
  }
}

/** What Stripe says of a refund now; `null` where it knows none of that id. */
export async function retrieveRefund(stripeRefundId: string): Promise<RefundFacts | null> {
  try {
    return refundFactsOf(await askStripe(() => stripe().refunds.retrieve(stripeRefundId)));
  } catch (error) {
    if (error instanceof StripeRefused && error.code === "resource_missing") return null;
    throw error;
  }
}

/** Every refund of a payment, whoever made it. */
export async function refundsOf(paymentIntentId: string): Promise<RefundFacts[]> {
  return (await allOf(paymentIntentId)).map(refundFactsOf);
}

/** Of the refund that an answer or an event carries. */
export function refundFactsOf(made: Stripe.Refund): RefundFacts {
  const intent = made.payment_intent;
  return {
    stripeRefundId: made.id,
    refundId: made.metadata?.refund_id ?? null,
    attempt: made.metadata?.attempt ? Number(made.metadata.attempt) : null,
    paymentIntentId: typeof intent === "string" ? intent : (intent?.id ?? null),
    status: statusOf(made.status),
    amountCents: made.amount,
    currency: made.currency.toUpperCase(),
    ...(made.failure_reason && { error: made.failure_reason }),
  };
}

async function findRefund(paymentIntentId: string, metadata: { refund_id: string; attempt: string }) {
  const made = await allOf(paymentIntentId);
  return made.find(
    ({ metadata: its }) => its?.refund_id === metadata.refund_id && its.attempt === metadata.attempt,
  );
}

async function allOf(paymentIntentId: string): Promise<Stripe.Refund[]> {
  const params: Stripe.RefundListParams = { payment_intent: paymentIntentId, limit: 100 };
  const found: Stripe.Refund[] = [];
  for (;;) {
    const page = await askStripe(() => stripe().refunds.list(params));
    found.push(...page.data);
    const last = page.data.at(-1);
    if (!page.has_more || !last) return found;
    params.starting_after = last.id;
  }
}

const STATUSES = ["pending", "succeeded", "failed", "requires_action", "canceled"] as const;

/** Without a status, or with one that we do not know, nothing is done yet. */
function statusOf(status: string | null): RefundFacts["status"] {
  return STATUSES.find((known) => known === status) ?? "pending";
}
