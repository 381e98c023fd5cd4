import { IdSchema } from "@/contracts/common";
import { sessionOfIntent } from "../stripe/sessions";
import { settleByStripe } from "./create-from-payment";
import { findPayment } from "./find-payment";
import { afterwardsOf, settle } from "./settle";

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
  const paymentId = IdSchema.safeParse(session?.paymentId);
  const found = paymentId.success ? await findPayment({ paymentId: paymentId.data }) : null;
  if (!session || !found) return false;
  await settle(found.payment, session, afterwardsOf(found.payment, found.serverNow));
  return true;
}
