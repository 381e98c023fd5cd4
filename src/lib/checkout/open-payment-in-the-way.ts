import type { Result } from "@/domain/outcomes";
import { ProblemError } from "../http/problem";
import { endOpenPayment } from "./end-open-payment";
import { openPaymentOf } from "./find-payment";
import { orderUrl } from "./order-link";

/**
 * Makes way for a change of what an open payment pins: ends that payment. Throws the problem `payment_open` where it
 * cannot be ended, with the order where it turned out to be paid; and `StripeUnavailable`.
 */
export async function makeWay(shopperId: string): Promise<void> {
  const open = await openPaymentOf(shopperId);
  // Somebody else ended it a moment ago.
  if (open.outcome === "none") return;
  await endOrRefuse(open.payment.paymentId);
}

/** The same for a payment that is known. */
export async function endOrRefuse(paymentId: string): Promise<void> {
  const ended = await endOpenPayment(paymentId);
  if (ended === null || ended.outcome === "ended") return;
  const { serverNow } = ended;
  if (ended.outcome === "processing") throw new ProblemError("payment_open", { serverNow });
  const { orderId } = ended.order;
  throw new ProblemError("payment_open", { serverNow, orderId, orderUrl: orderUrl(orderId) });
}

/** Changes holds of a shopper; where a payment of theirs is in the way it is ended, and the change made once more. */
export async function changeOrMakeWay<Value>(
  shopperId: string,
  change: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const result = await change();
  if (result.ok || result.refusal.code !== "payment_open") return result;
  await makeWay(shopperId);
  return change();
}
