import type { ConfirmAnswer } from "@/contracts/reservations";
import { ProblemError } from "../http/problem";
import { settleByStripe } from "./create-from-payment";
import { findPayment } from "./find-payment";
import { orderUrl } from "./order-link";

/**
 * `confirm`: says that a hold was sold, once Stripe says that its payment was paid. `paymentId` is the id of the
 * Checkout Session or of the payment intent. Nobody gets goods for a PUT: whatever is not such a payment of this
 * shopper and this hold is `payment_not_complete`. Throws `StripeUnavailable`. Safe to repeat.
 */
export async function confirmHold(
  shopperId: string,
  reservationId: string,
  paymentId: string,
): Promise<ConfirmAnswer> {
  const name = paymentId.startsWith("pi_") ? { paymentIntentId: paymentId } : { sessionId: paymentId };
  const found = await findPayment(name);
  if (found?.payment.shopperId !== shopperId) throw new ProblemError("payment_not_complete");
  await settleByStripe(found);
  const settled = await findPayment({ paymentId: found.payment.paymentId });
  const order = settled?.order ?? found.order;
  const serverNow = settled?.serverNow ?? found.serverNow;
  const link = { orderId: order.orderId, orderUrl: orderUrl(order.orderId) };
  const isSold = order.status === "paid" || order.status === "refunded";
  const line = order.lines.find((each) => each.reservationId === reservationId.toLowerCase());
  if (!isSold || !line) throw new ProblemError("payment_not_complete", { serverNow, ...link });
  return { serverNow, outcome: "confirmed", reservationId: reservationId.toLowerCase(), ...link };
}
