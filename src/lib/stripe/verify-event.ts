import Stripe from "stripe";
import { env } from "../env";
import { isLiveMode, stripe } from "./client";

/** Older than this an event may be somebody's recording of it. */
const TOLERANCE_SECONDS = 300;

export type VerifiedEvent =
  | { ok: true; event: Stripe.Event }
  | { ok: false; code: "signature_refused" | "wrong_mode" };

/** An event, if Stripe signed these very bytes at most 300 seconds ago, and it is of the mode of our key. */
export function verifyEvent(rawBody: string, signature: string | null): VerifiedEvent {
  const event = signedEvent(rawBody, signature);
  if (event === null) return { ok: false, code: "signature_refused" };
  if (event.livemode !== isLiveMode()) return { ok: false, code: "wrong_mode" };
  return { ok: true, event };
}

function signedEvent(rawBody: string, signature: string | null): Stripe.Event | null {
  const secret = env().STRIPE_WEBHOOK_SECRET;
  try {
    return stripe().webhooks.constructEvent(rawBody, signature ?? "", secret, TOLERANCE_SECONDS);
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return null;
    // Signed, but no JSON or no event of this kind: not something that Stripe sends here.
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
