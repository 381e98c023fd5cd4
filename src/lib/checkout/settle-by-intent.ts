import { sessionOfIntent } from "../stripe/sessions";
import { settleByStripe } from "./create-from-payment";
import { findPayment } from "./find-payment";
import { settleSession } from "./settle-session";

/**
 * Settles the payment behind a payment intent, of which our books may know nothing yet: events come in any order, and
 * the session names the payment. Answers whether there is one of ours. Throws `StripeUnavailable`.
 */
export async function settleByIntent(paymentIntentId: string): Promise<boolean> {
  const known = await findPayment({ paymentIntentId });
  if (known) {
    await settleByStripe(known);
    return true;
  }
  const session = await sessionOfIntent(paymentIntentId);
  return session !== null && (await settleSession(session)) !== null;
}
