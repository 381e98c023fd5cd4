import { z } from "zod";
import {
  BackAnswerSchema,
  CheckoutAnswerSchema,
  CheckoutBodySchema,
  CheckoutSchema,
} from "@/contracts/checkout";
import { CreateFromPaymentBodySchema, OrderAnswerSchema } from "@/contracts/orders";
import { address, cart, hold, ORDER_ID, ORDER_URL, order, quote, SERVER_NOW } from "../examples";
import { CHANGE, CHANGE_WITH_BODY, DATABASE, KEY, type Operation, PAYING, SHOPPER } from "../operation";

const common = { tag: "Checkout", caller: "shopper", cache: "personal" } as const;
const windowEndsAt = hold.expiresAt;

export const checkout: Operation[] = [
  {
    ...common,
    id: "getCheckout",
    method: "get",
    path: "/api/checkout",
    summary: "What the cart costs now, and the payment that is open",
    answers: {
      200: {
        description: "The quote, and the payment that is not finished.",
        schema: CheckoutSchema,
        examples: { quote: { serverNow: SERVER_NOW, quote, openPayment: null } },
      },
    },
    problems: SHOPPER,
  },
  {
    ...common,
    id: "startCheckout",
    method: "post",
    path: "/api/checkout",
    summary: "Buys the cart, and answers where to pay",
    description:
      "Decides in one transaction whether the cart is still what was agreed to (`cartVersion` and the total with shipping), and keeps its units for the payment. The same cart again is the same payment. Where Stripe does not answer the units stay kept: send it again, or go back with DELETE.",
    params: { header: KEY },
    body: {
      schema: CheckoutBodySchema,
      examples: {
        cart: {
          cartVersion: cart.cartVersion,
          expectedTotalCents: quote.totalCents,
          email: "mara@example.com",
          address,
        },
      },
    },
    answers: {
      201: {
        description: "Send the browser to `url`.",
        schema: CheckoutAnswerSchema,
        examples: {
          pay: {
            serverNow: SERVER_NOW,
            orderId: ORDER_ID,
            url: "https://checkout.stripe.com/c/pay/cs_test_a1B2c3D4",
            windowEndsAt,
          },
          free: { serverNow: SERVER_NOW, orderId: ORDER_ID, url: ORDER_URL, windowEndsAt: null },
        },
      },
    },
    problems: [
      ...CHANGE_WITH_BODY,
      "idempotency_mismatch",
      "cart_changed",
      "cart_empty",
      "limit_reached",
      "payment_open",
      ...PAYING,
    ],
  },
  {
    ...common,
    id: "goBack",
    method: "delete",
    path: "/api/checkout",
    summary: "Back to the cart: ends the open payment",
    description:
      "Ends it at Stripe first, then gives its units back to the cart with the time that they had left, two minutes at least. Repeating it is fine.",
    answers: {
      200: {
        description: "What became of the payment.",
        schema: BackAnswerSchema,
        examples: {
          returned: { serverNow: SERVER_NOW, outcome: "returned", orderId: ORDER_ID },
          none: { serverNow: SERVER_NOW, outcome: "none" },
          paid: { serverNow: SERVER_NOW, outcome: "paid", orderId: ORDER_ID, orderUrl: ORDER_URL },
        },
      },
    },
    problems: [...CHANGE, "payment_open", ...PAYING],
  },
  {
    ...common,
    id: "createFromPayment",
    method: "post",
    path: "/api/orders/create-from-payment",
    summary: "The shopper came back from Stripe",
    description:
      "Asks Stripe what became of the session and completes the payment as the webhook would. Answers the order, whatever state it is in. For the shopper who pays, or with the key of the order's link.",
    body: {
      schema: CreateFromPaymentBodySchema,
      examples: { returned: { sessionId: "cs_test_a1B2c3D4" } },
    },
    answers: {
      200: {
        description: "The order as it is now.",
        schema: OrderAnswerSchema,
        examples: { paid: { serverNow: SERVER_NOW, order, orderUrl: ORDER_URL } },
      },
    },
    problems: [...CHANGE_WITH_BODY, "payment_not_found", ...PAYING],
  },
  {
    id: "stripeWebhook",
    method: "post",
    path: "/api/webhooks/stripe",
    tag: "Checkout",
    caller: "stripe",
    cache: "personal",
    summary: "Stripe tells what happened",
    description:
      "Counts only with Stripe's signature of these very bytes. Answered 200 once the effect is written down, and for events that the store does not listen to; whatever else is answered makes Stripe send the event again.",
    body: {
      schema: z.looseObject({ id: z.string(), type: z.string() }),
      examples: { event: { id: "evt_1A2b3C", object: "event", type: "checkout.session.completed" } },
    },
    answers: {
      200: {
        description: "What it came to; once for each event, however often it is sent.",
        schema: z.object({ outcome: z.string() }),
        examples: { sold: { outcome: "sold" }, again: { outcome: "duplicate_event" } },
      },
    },
    problems: [...DATABASE, "signature_refused", "wrong_mode", "body_too_large", ...PAYING],
  },
];
