import { z } from "zod";
import { type Checkout, type OpenPayment, QuoteSchema } from "@/contracts/checkout";
import { NOBODY } from "../cart-utils/nobody";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { orderUrl } from "./order-link";
import { type Payment, PaymentSchema, serverNow } from "./sql-answers";

const AnswerSchema = z.object({ serverNow, quote: QuoteSchema, payment: PaymentSchema.nullable() });

/** What the page of the checkout shows: the cart with what it costs now, and the payment that is not finished. */
export async function getCheckout(shopperId: string | null): Promise<Checkout> {
  const args = { p_shopper_id: shopperId ?? NOBODY };
  const { payment, ...checkout } = await callFunction("get_checkout", args, AnswerSchema, IF_IDEMPOTENT);
  return { ...checkout, openPayment: payment && openPayment(payment) };
}

function openPayment(payment: Payment): OpenPayment | null {
  const { orderId, status, sessionUrl, windowEndsAt, shippingCents, amountCents, currency, lines } = payment;
  if ((status !== "open" && status !== "processing") || windowEndsAt === null) return null;
  return {
    orderId,
    orderUrl: orderUrl(orderId),
    status,
    url: sessionUrl,
    windowEndsAt,
    shippingCents,
    totalCents: amountCents,
    currency,
    lines,
  };
}
