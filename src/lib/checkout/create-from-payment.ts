import type { OrderAnswer } from "@/contracts/orders";
import { ProblemError } from "../http/problem";
import { retrieveSession } from "../stripe/sessions";
import { type FoundPayment, findPayment } from "./find-payment";
import { readOrder } from "./get-order";
import { isOrderKey } from "./order-link";
import { afterwardsOf, settle } from "./settle";

/**
 * The shopper came back from Stripe: asks Stripe what became of the session, completes the payment as the webhook
 * would, and answers the order, whatever state it is in. For the shopper who pays, or who shows the key of the order;
 * everybody else gets `payment_not_found`. Throws `StripeUnavailable`. Safe to repeat.
 */
export async function createFromPayment(
  sessionId: string,
  shopperId: string | null,
  key: string | undefined,
): Promise<OrderAnswer> {
  const found = await findPayment({ sessionId });
  if (!found || !mayAsk(found, shopperId, key)) throw new ProblemError("payment_not_found");
  await settleByStripe(found);
  return readOrder(found.payment.orderId);
}

function mayAsk({ payment }: FoundPayment, shopperId: string | null, key: string | undefined): boolean {
  return payment.shopperId === shopperId || isOrderKey(payment.orderId, key);
}

/** What succeeded stays so, and Stripe need not be asked. What failed or expired may have succeeded since. */
export async function settleByStripe({ payment, serverNow }: FoundPayment): Promise<void> {
  if (payment.status === "succeeded" || payment.sessionId === null) return;
  const session = await retrieveSession(payment.sessionId);
  // Not known to Stripe (another account, or test data that was cleared): the sweep ends it in time.
  if (session) await settle(payment, session, afterwardsOf(payment, serverNow));
}
