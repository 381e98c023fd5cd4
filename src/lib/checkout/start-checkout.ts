import { z } from "zod";
import { CartDifferenceSchema, type CheckoutAnswer, type CheckoutBody } from "@/contracts/checkout";
import { IdSchema } from "@/contracts/common";
import { ProblemError } from "../http/problem";
import { type RequestKey, refuseMismatch } from "../idempotency";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { getCheckout } from "./get-checkout";
import { endOrRefuse } from "./open-payment-in-the-way";
import { orderUrl } from "./order-link";
import { PaymentSchema, serverNow } from "./sql-answers";
import { urlToPay } from "./url-to-pay";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("pinned"), serverNow, payment: PaymentSchema, isNew: z.boolean() }),
  z.object({ outcome: z.literal("paid"), serverNow, order: z.object({ orderId: IdSchema }) }),
  z.object({
    outcome: z.literal("cart_changed"),
    serverNow,
    differences: z.array(CartDifferenceSchema).default([]),
  }),
  z.object({ outcome: z.literal("cart_empty"), serverNow }),
  z.object({ outcome: z.literal("payment_open"), serverNow, paymentId: IdSchema }),
  z.object({
    outcome: z.literal("limit_reached"),
    serverNow,
    limit: z.object({ name: z.string(), value: z.int() }),
  }),
]);
type Answer = z.infer<typeof AnswerSchema>;

/** Ending what is in the way, or a payment that ended under our hands, is worth one more start and no third. */
const STARTS = 3;

/**
 * Decides and pins the cart in one transaction, and answers where to pay: the same place for the same cart, however
 * often it is sent. Throws the problems of its refusals, and `StripeUnavailable`: the units stay pinned, and sending
 * it again goes on where it stopped.
 */
export async function startCheckout(
  shopperId: string,
  wish: CheckoutBody,
  returnOrigin: string,
  key?: RequestKey,
): Promise<CheckoutAnswer> {
  for (let start = 1; start <= STARTS; start++) {
    const answer = await pin(shopperId, wish, returnOrigin, key);
    const made = await madeOf(shopperId, answer);
    if (made) return made;
  }
  throw new ProblemError("payment_open", { serverNow: (await getCheckout(shopperId)).serverNow });
}

async function pin(
  shopperId: string,
  { cartVersion, expectedTotalCents, email, address }: CheckoutBody,
  returnOrigin: string,
  key?: RequestKey,
): Promise<Answer> {
  const args = {
    p_shopper_id: shopperId,
    p_cart_version: cartVersion,
    p_expected_total_cents: expectedTotalCents,
    p_details: { email, ...address, line2: address.line2 ?? null },
    p_return_origin: returnOrigin,
    ...(key && { p_idempotency_key: key.idempotencyKey, p_body_hash: key.bodyHash }),
  };
  const answer = await callFunction("start_checkout", args, z.unknown(), IF_IDEMPOTENT);
  refuseMismatch(answer);
  return AnswerSchema.parse(answer);
}

/** The answer; `null` where it has to be decided again. */
async function madeOf(shopperId: string, answer: Answer): Promise<CheckoutAnswer | null> {
  const { serverNow } = answer;
  switch (answer.outcome) {
    case "pinned": {
      const { payment, isNew } = answer;
      const url = await urlToPay(payment, isNew, serverNow);
      if (url === null) return null;
      return { serverNow, orderId: payment.orderId, url, windowEndsAt: payment.windowEndsAt };
    }
    case "paid": {
      const { orderId } = answer.order;
      return { serverNow, orderId, url: orderUrl(orderId), windowEndsAt: null };
    }
    case "payment_open":
      await endOrRefuse(answer.paymentId);
      return null;
    case "cart_changed": {
      const { quote } = await getCheckout(shopperId);
      throw new ProblemError("cart_changed", { serverNow, quote, differences: answer.differences });
    }
    case "limit_reached":
      throw new ProblemError("limit_reached", { serverNow, limit: answer.limit });
    case "cart_empty":
      throw new ProblemError("cart_empty", { serverNow });
  }
}
