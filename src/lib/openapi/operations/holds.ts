import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import {
  CartSchema,
  ChangeBodySchema,
  ConfirmAnswerSchema,
  HoldAnswerSchema,
  ReleaseAnswerSchema,
  ReserveBodySchema,
} from "@/contracts/reservations";
import { cart, hold, ORDER_ID, ORDER_URL, RESERVATION_ID, SERVER_NOW, VARIANT_ID } from "../examples";
import { CHANGE, CHANGE_WITH_BODY, KEY, type Operation, PAYING, SHOPPER } from "../operation";

const route = {
  path: "/api/stock/reservations",
  tag: "Holds",
  caller: "shopper",
  cache: "personal",
} as const;

export const holds: Operation[] = [
  {
    ...route,
    id: "getCart",
    method: "get",
    summary: "The shopper's cart",
    description: "Live holds, and those that were lost recently. A stranger's cart is empty.",
    answers: { 200: { description: "The cart.", schema: CartSchema, examples: { cart } } },
    problems: SHOPPER,
  },
  {
    ...route,
    id: "reserve",
    method: "post",
    summary: "Holds units of a variant",
    description:
      "All that is asked for, or nothing. Where others hold the units for a payment whose time is over, that payment is settled first. `add` adds to what the shopper holds of the variant, `set` makes it that many. A stranger becomes a guest: the answer sets the cookie.",
    params: { header: KEY },
    body: {
      schema: ReserveBodySchema,
      examples: { two: { variantId: VARIANT_ID, quantity: 2, mode: "add" } },
    },
    answers: {
      201: {
        description: "The hold as it is now.",
        schema: HoldAnswerSchema,
        examples: { held: { serverNow: SERVER_NOW, outcome: "held", reservation: hold, replacesId: null } },
      },
    },
    problems: [
      ...CHANGE_WITH_BODY,
      "server_busy",
      "idempotency_mismatch",
      "variant_not_found",
      "insufficient_stock",
      "limit_reached",
      "too_many_requests",
    ],
  },
  {
    ...route,
    id: "changeReservation",
    method: "put",
    summary: "Gives a hold more time, or sets its quantity",
    description:
      "A lapsed hold is never extended: its units are taken again as a new hold (`replacesId` names the old one), or the answer is `hold_expired`. `confirm` says that a hold was sold, once Stripe reports its payment as paid; the webhook and the shopper's return do the same without it. What a payment pins is changed by ending that payment first.",
    params: { header: KEY },
    body: {
      schema: ChangeBodySchema,
      examples: {
        extend: { action: "extend", reservationId: RESERVATION_ID },
        confirm: { action: "confirm", reservationId: RESERVATION_ID, paymentId: "cs_test_a1B2c3D4" },
        set_quantity: { action: "set_quantity", reservationId: RESERVATION_ID, quantity: 3 },
      },
    },
    answers: {
      200: {
        description: "The hold as it is now.",
        schema: z.union([HoldAnswerSchema, ConfirmAnswerSchema]),
        examples: {
          confirmed: {
            serverNow: SERVER_NOW,
            outcome: "confirmed",
            reservationId: RESERVATION_ID,
            orderId: ORDER_ID,
            orderUrl: ORDER_URL,
          },
          extended: { serverNow: SERVER_NOW, outcome: "extended", reservation: hold, replacesId: null },
        },
      },
    },
    problems: [
      ...CHANGE_WITH_BODY,
      "idempotency_mismatch",
      "reservation_not_found",
      "variant_not_found",
      "insufficient_stock",
      "limit_reached",
      "too_many_requests",
      "extension_limit",
      "hold_expired",
      "reservation_ended",
      "payment_open",
      "payment_not_complete",
      ...PAYING,
    ],
  },
  {
    ...route,
    id: "release",
    method: "delete",
    summary: "Gives one hold back, or all of them",
    description: "Exactly one of the two parameters. Repeating it is fine: what is gone is not counted.",
    params: {
      header: KEY,
      query: z.object({
        reservationId: IdSchema.optional().meta({ description: "This hold.", example: RESERVATION_ID }),
        all: z.literal("true").optional().meta({ description: "Every hold of the shopper." }),
      }),
    },
    answers: {
      200: {
        description: "How many holds were given back.",
        schema: ReleaseAnswerSchema,
        examples: { one: { serverNow: SERVER_NOW, released: 1 } },
      },
    },
    problems: [...CHANGE, "idempotency_mismatch", "validation_failed", "payment_open", ...PAYING],
  },
];
