import type { BackAnswer } from "@/contracts/checkout";
import { ProblemError } from "../http/problem";
import { endOpenPayment } from "./end-open-payment";
import { openPaymentOf } from "./find-payment";
import { orderUrl } from "./order-link";

/**
 * Back to the cart: ends the shopper's open payment, if there is one, and gives its holds back to them. Safe to
 * repeat. Throws `payment_open` while the bank has the last word, and `StripeUnavailable`.
 */
export async function goBack(shopperId: string): Promise<BackAnswer> {
  const open = await openPaymentOf(shopperId);
  if (open.outcome === "none") return { serverNow: open.serverNow, outcome: "none" };
  const { payment } = open;
  const ended = await endOpenPayment(payment.paymentId);
  if (ended === null) return { serverNow: open.serverNow, outcome: "none" };
  const { serverNow, outcome } = ended;
  const { orderId } = payment;
  if (outcome === "processing") throw new ProblemError("payment_open", { serverNow });
  if (outcome === "ended") return { serverNow, outcome: "returned", orderId };
  return { serverNow, outcome: "paid", orderId, orderUrl: orderUrl(orderId) };
}
