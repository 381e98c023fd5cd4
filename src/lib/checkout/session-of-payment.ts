import { orderName } from "@/domain/orders";
import type { SessionWish } from "../stripe/sessions";
import { orderUrl } from "./order-link";
import type { Payment } from "./sql-answers";

/** The call to Stripe that a payment stands for. Of its row alone, so that it is the same however often it is made. */
export function sessionOfPayment(payment: Payment): SessionWish {
  const { paymentId, orderId, email, currency, shippingCents, returnOrigin, sessionExpiresAt } = payment;
  if (email === null || returnOrigin === null || sessionExpiresAt === null) {
    throw new Error(`payment ${paymentId} is none that a shopper can make`);
  }
  return {
    paymentId,
    orderId,
    orderName: orderName(payment.orderNumber),
    email,
    currency,
    lines: payment.lines.map(({ name, quantity, unitPriceCents }) => ({ name, quantity, unitPriceCents })),
    shippingCents,
    expiresAt: sessionExpiresAt,
    // Stripe writes the id of the session where the braces are; encoded they would stay as they are.
    successUrl: `${returnOrigin}${orderUrl(orderId)}&session_id={CHECKOUT_SESSION_ID}`,
    cancelUrl: `${returnOrigin}/checkout?back=1`,
  };
}
