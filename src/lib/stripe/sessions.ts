import type Stripe from "stripe";
import { env } from "../env";
import { stripe } from "./client";
import { type LineWish, lineItems } from "./line-items";
import { factsOf, type SessionFacts } from "./session-facts";
import { askStripe, StripeRefused } from "./stripe-error";

/** All that a session is made of. It comes from our row alone, so that repeating the call says the same. */
export type SessionWish = {
  paymentId: string;
  orderId: string;
  /** As people call it, `HF-1001`. */
  orderName: string;
  email: string;
  currency: string;
  lines: readonly LineWish[];
  /** Flat, in minor units of currency. */
  shippingCents: number;
  /** ISO 8601. */
  expiresAt: string;
  successUrl: string;
  cancelUrl: string;
};

/**
 * The session of a payment: made once, however often this is called (within the 24 hours for which Stripe keeps keys).
 * Throws `StripeUnavailable`, and `StripeRefused` for what it would refuse again.
 */
export async function createSession(wish: SessionWish): Promise<SessionFacts> {
  const options = { idempotencyKey: `session-${wish.paymentId}` };
  return factsOf(await askStripe(() => stripe().checkout.sessions.create(paramsOf(wish), options)));
}

/** The session as it is now; `null` where Stripe knows none of that id. */
export async function retrieveSession(sessionId: string): Promise<SessionFacts | null> {
  try {
    const params = { expand: ["payment_intent"] };
    return factsOf(await askStripe(() => stripe().checkout.sessions.retrieve(sessionId, params)));
  } catch (error) {
    if (error instanceof StripeRefused && error.code === "resource_missing") return null;
    throw error;
  }
}

/**
 * Ends a session, so that nobody can pay it any more, and answers what it is afterwards: `expired`, or `complete` for
 * one that was paid first. `null` where Stripe knows none of that id. Safe to repeat.
 */
export async function expireSession(sessionId: string): Promise<SessionFacts | null> {
  try {
    return factsOf(await askStripe(() => stripe().checkout.sessions.expire(sessionId)));
  } catch (error) {
    if (error instanceof StripeRefused) return retrieveSession(sessionId);
    throw error;
  }
}

/** The session that a payment intent belongs to; `null` where it belongs to none. */
export async function sessionOfIntent(payment_intent: string): Promise<SessionFacts | null> {
  const page = await askStripe(() => stripe().checkout.sessions.list({ payment_intent, limit: 1 }));
  const [session] = page.data;
  return session ? factsOf(session) : null;
}

/** The sessions that were made since then (seconds since 1970), newest first. */
export async function* listSessions(since: number): AsyncGenerator<SessionFacts> {
  const params: Stripe.Checkout.SessionListParams = { created: { gte: since }, limit: 100 };
  for (;;) {
    const page = await askStripe(() => stripe().checkout.sessions.list(params));
    yield* page.data.map(factsOf);
    const last = page.data.at(-1);
    if (!page.has_more || !last) return;
    params.starting_after = last.id;
  }
}

function paramsOf(wish: SessionWish): Stripe.Checkout.SessionCreateParams {
  const { paymentId, orderId, orderName, currency } = wish;
  const metadata = { payment_id: paymentId, order_id: orderId, order: orderName };
  return {
    mode: "payment",
    ui_mode: "hosted_page",
    client_reference_id: paymentId,
    customer_email: wish.email,
    line_items: lineItems(wish.lines, currency.toLowerCase()),
    // Not a line: with a cart of as many lines as Stripe takes it would be one too many.
    ...(wish.shippingCents > 0 && { shipping_options: [flatShipping(wish.shippingCents, currency)] }),
    // Of what the account offers; a bank debit keeps units pinned for days, so it is asked for by name.
    allowed_payment_method_types: ["card", ...delayedMethods()],
    // The amount and the currency are to be ours, to the last cent.
    adaptive_pricing: { enabled: false },
    allow_promotion_codes: false,
    expires_at: Math.floor(Date.parse(wish.expiresAt) / 1_000),
    success_url: wish.successUrl,
    cancel_url: wish.cancelUrl,
    metadata,
    payment_intent_data: { description: orderName, metadata },
  };
}

/** The only option, so it is the one that is chosen and is part of the amount from the start. */
function flatShipping(amount: number, currency: string): Stripe.Checkout.SessionCreateParams.ShippingOption {
  const fixed_amount = { amount, currency: currency.toLowerCase() };
  return { shipping_rate_data: { type: "fixed_amount", display_name: "Shipping", fixed_amount } };
}

function delayedMethods(): Stripe.Checkout.SessionCreateParams.AllowedPaymentMethodType[] {
  const named = (env().STRIPE_DELAYED_METHODS ?? "").split(",").filter(Boolean);
  return named as Stripe.Checkout.SessionCreateParams.AllowedPaymentMethodType[];
}
