import { BulkAnswerSchema, BulkBodySchema } from "@/contracts/bulk";
import { ForecastBodySchema, ForecastSchema } from "@/contracts/forecast";
import {
  forecastLine,
  hold,
  OTHER_RESERVATION_ID,
  OTHER_VARIANT_ID,
  RESERVATION_ID,
  SERVER_NOW,
  VARIANT_ID,
} from "../examples";
import { CHANGE_WITH_BODY, KEY, type Operation, PAYING, SHOPPER } from "../operation";

const common = { tag: "Holds", caller: "shopper", cache: "personal" } as const;
const ids = [{ reservationId: RESERVATION_ID }, { reservationId: OTHER_RESERVATION_ID }];
const forecast = { serverNow: SERVER_NOW, wouldSucceed: true, lines: [forecastLine] };

export const wholeCarts: Operation[] = [
  {
    ...common,
    id: "bulk",
    method: "post",
    path: "/api/stock/reservations/bulk",
    summary: "Holds, extends or gives back a whole cart",
    description:
      "1 to 100 lines. `all_or_nothing`, the default: one refused line leaves all as they were. `partial`: each line as it goes. Where nothing was done the answer is `bulk_refused`, with the reason of each line. Lines of one variant are taken as their sum and answered once.",
    params: { header: KEY },
    body: {
      schema: BulkBodySchema,
      examples: {
        reserve: {
          operation: "reserve",
          mode: "all_or_nothing",
          items: [
            { variantId: VARIANT_ID, quantity: 2 },
            { variantId: OTHER_VARIANT_ID, quantity: 1 },
          ],
        },
        extend: { operation: "extend", mode: "partial", items: ids },
        release: { operation: "release", mode: "all_or_nothing", items: ids },
      },
    },
    answers: {
      200: {
        description: "Every line was done, or with `partial` at least one.",
        schema: BulkAnswerSchema,
        examples: {
          reserved: {
            serverNow: SERVER_NOW,
            operation: "reserve",
            outcome: "partial",
            lines: [
              { variantId: VARIANT_ID, outcome: "held", requested: 2, reservation: hold, replacesId: null },
              {
                variantId: OTHER_VARIANT_ID,
                outcome: "insufficient_stock",
                requested: 1,
                available: 0,
                shortfall: 1,
                nextReleaseAt: hold.expiresAt,
                reservation: null,
                replacesId: null,
              },
            ],
          },
          released: {
            serverNow: SERVER_NOW,
            operation: "release",
            outcome: "done",
            lines: [
              { reservationId: RESERVATION_ID, outcome: "released" },
              { reservationId: OTHER_RESERVATION_ID, outcome: "not_held" },
            ],
          },
        },
      },
    },
    problems: [
      ...CHANGE_WITH_BODY,
      "server_busy",
      "idempotency_mismatch",
      "bulk_refused",
      "payment_open",
      ...PAYING,
    ],
  },
  {
    ...common,
    id: "validateCart",
    method: "get",
    path: "/api/stock/reservations/validate",
    summary: "What would happen if the shopper paid now",
    description:
      "A forecast of every line of the cart, from one look and without locks. It promises nothing.",
    answers: { 200: { description: "The forecast.", schema: ForecastSchema, examples: { forecast } } },
    problems: SHOPPER,
  },
  {
    ...common,
    id: "validateReservations",
    method: "post",
    path: "/api/stock/reservations/validate",
    summary: "The same forecast for these holds",
    description: "Answered in the order of the ids. Without ids it is about the whole cart. Changes nothing.",
    body: {
      schema: ForecastBodySchema,
      examples: { one: { reservationIds: [RESERVATION_ID] }, all: {} },
    },
    answers: { 200: { description: "The forecast.", schema: ForecastSchema, examples: { forecast } } },
    problems: CHANGE_WITH_BODY,
  },
];
