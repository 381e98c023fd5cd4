import type Stripe from "stripe";

/** An event of this type, or of any. */
export type StripeEvent<Type extends Stripe.Event["type"] = Stripe.Event["type"]> = Extract<
  Stripe.Event,
  { type: Type }
>;

export type StripeSession = Stripe.Checkout.Session;
export type StripeRefund = Stripe.Refund;
