import type Stripe from "stripe";

/** What we ask of a Checkout Session, as Stripe knows it. */
export type SessionFacts = {
  sessionId: string;
  /** Where the shopper pays; `null` once it is over. */
  url: string | null;
  /** Our id of the payment, as the session names it: any program on the account can write that. */
  paymentId: string | null;
  /** The same in its metadata, which we gave it when we made it. */
  madeFor: string | null;
  status: "open" | "complete" | "expired";
  paymentStatus: "paid" | "unpaid" | "no_payment_required";
  /** What it is about, in minor units; paid or not. */
  amountCents: number;
  /** ISO 4217, upper case. */
  currency: string;
  paymentIntentId: string | null;
  /** A delayed method whose bank said no: nothing will come any more. */
  failed: boolean;
};

/** Of the session that an answer or an event carries. */
export function factsOf(session: Stripe.Checkout.Session): SessionFacts {
  const intent = session.payment_intent;
  const status = session.status ?? "open";
  const isUnpaid = status === "complete" && session.payment_status === "unpaid";
  return {
    sessionId: session.id,
    url: session.url,
    paymentId: session.client_reference_id,
    madeFor: session.metadata?.payment_id ?? null,
    status: oneOf(status, ["open", "complete", "expired"]),
    paymentStatus: oneOf(session.payment_status, ["paid", "unpaid", "no_payment_required"]),
    amountCents: session.amount_total ?? 0,
    currency: (session.currency ?? "").toUpperCase(),
    paymentIntentId: typeof intent === "string" ? intent : (intent?.id ?? null),
    failed: isUnpaid && typeof intent === "object" && isOver(intent),
  };
}

/** A payment of a finished session that waits for another method waits for ever: nobody sees the page again. */
function isOver(intent: Stripe.PaymentIntent | null): boolean {
  return intent?.status === "requires_payment_method" || intent?.status === "canceled";
}

/** Stripe may add words; one that we do not know is not to be guessed. */
function oneOf<const Word extends string>(word: string, words: readonly Word[]): Word {
  const known = words.find((each) => each === word);
  if (known === undefined) throw new Error(`Stripe said ${word}, which is none of ${words.join(", ")}`);
  return known;
}
