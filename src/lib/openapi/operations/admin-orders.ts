import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import {
  AdminOrdersQuerySchema,
  CancelBodySchema,
  OrderAnswerSchema,
  OrderListSchema,
  OrderParamsSchema,
  OrderStatusSchema,
  ReconciliationSchema,
  RefundBodySchema,
  RestockBodySchema,
  RetryRefundBodySchema,
  ShipBodySchema,
} from "@/contracts/orders";
import { ORDER_ID, ORDER_LINE_ID, ORDER_URL, order, REFUND_ID, SERVER_NOW } from "../examples";
import { CHANGE_WITH_BODY, DATABASE, KEY, type Operation, PAYING, SHOPPER } from "../operation";

const common = { tag: "Housekeeping", caller: "admin", cache: "personal" } as const;
const ADMIN = ["sign_in_required", "admin_only"] as const satisfies Operation["problems"];
const answers = {
  200: {
    description: "The order as it is now.",
    schema: OrderAnswerSchema,
    examples: { paid: { serverNow: SERVER_NOW, order, orderUrl: ORDER_URL } },
  },
};
const change = {
  ...common,
  method: "post",
  answers,
} as const;
const params = { path: OrderParamsSchema };
const changed = { ...params, header: KEY };
const CHANGE_OF_ORDER = [
  ...CHANGE_WITH_BODY,
  ...ADMIN,
  "order_not_found",
  "idempotency_mismatch",
] as const satisfies Operation["problems"];

const reconciliation = {
  method: "get",
  tag: "Housekeeping",
  cache: "personal",
  params: {
    query: z.object({ after: IdSchema.optional().meta({ description: "`next` of the part before." }) }),
  },
  answers: {
    200: {
      description: "One part: what does not fit together, and where the next part begins.",
      schema: ReconciliationSchema,
      examples: {
        well: { serverNow: SERVER_NOW, compared: 25, findings: [], next: ORDER_ID },
        found: {
          serverNow: SERVER_NOW,
          compared: 3,
          findings: [
            {
              kind: "paid_without_stock",
              orderId: ORDER_ID,
              orderNumber: 1001,
              paymentId: REFUND_ID,
              expected: "succeeded",
              found: "expired",
            },
          ],
          next: null,
        },
      },
    },
  },
} as const;

export const adminOrders: Operation[] = [
  {
    ...common,
    id: "searchOrders",
    method: "get",
    path: "/api/admin/orders",
    summary: "Orders of the shop, newest first",
    params: {
      query: z.object({
        status: OrderStatusSchema.optional(),
        worklist: AdminOrdersQuerySchema.shape.worklist.meta({
          description: "What waits: for a parcel, for Stripe or a person, for a decision about the shelf.",
        }),
        email: z.string().min(1).max(254).optional(),
        number: z.int().min(1).optional(),
        before: z.int().min(1).optional().meta({ description: "Orders with a smaller number than this." }),
      }),
    },
    answers: {
      200: {
        description: "A page of them.",
        schema: OrderListSchema,
        examples: { one: { serverNow: SERVER_NOW, orders: [order], nextBefore: null } },
      },
    },
    problems: [...SHOPPER, ...ADMIN, "validation_failed"],
  },
  {
    ...common,
    id: "getOrderAsAdmin",
    method: "get",
    path: "/api/admin/orders/{orderId}",
    summary: "Any order",
    params,
    answers,
    problems: [...SHOPPER, ...ADMIN, "validation_failed", "order_not_found"],
  },
  {
    ...change,
    id: "refundOrder",
    path: "/api/admin/orders/{orderId}/refund",
    summary: "Pays units of an order back, or an amount",
    description:
      "Written down and then asked of Stripe; done when Stripe says so. Never more than was received, and never more units than were sold.",
    params: changed,
    body: {
      schema: RefundBodySchema,
      examples: {
        one: {
          lines: [{ orderLineId: ORDER_LINE_ID, quantity: 1, restock: "undecided" }],
          includesShipping: false,
        },
        goodwill: { lines: [], includesShipping: false, amountCents: 500 },
      },
    },
    problems: [...CHANGE_OF_ORDER, "refund_exceeds", "not_refundable"],
  },
  {
    ...change,
    id: "retryRefund",
    path: "/api/admin/orders/{orderId}/retry-refund",
    summary: "Asks Stripe again for a refund that failed",
    description: "Another attempt, where what was received still covers it. None is repeated by itself.",
    params: changed,
    body: { schema: RetryRefundBodySchema, examples: { again: { refundId: REFUND_ID } } },
    problems: [...CHANGE_OF_ORDER, "refund_not_found", "refund_not_failed", "refund_exceeds"],
  },
  {
    ...change,
    id: "cancelOrder",
    path: "/api/admin/orders/{orderId}/cancel",
    summary: "Calls an order off",
    description:
      "What is left of its money goes back. One that is being paid has its payment ended first, and its units return to the shopper's cart.",
    params: changed,
    body: { schema: CancelBodySchema, examples: { restocked: { restock: "restocked" } } },
    problems: [...CHANGE_OF_ORDER, "not_cancellable", "payment_open", ...PAYING],
  },
  {
    ...change,
    id: "shipOrder",
    path: "/api/admin/orders/{orderId}/ship",
    summary: "Says that an order was sent off",
    params: changed,
    body: { schema: ShipBodySchema, examples: { tracked: { tracking: "AN 4711 0815 IE" } } },
    problems: [...CHANGE_OF_ORDER, "not_shippable"],
  },
  {
    ...change,
    id: "decideRestock",
    path: "/api/admin/orders/{orderId}/restock",
    summary: "Decides whether refunded units go back on the shelf",
    description:
      "Once per refund and line. Of a refund of money alone (an amount, or one made in Stripe's dashboard) `quantity` says how many units of the line came back with it, never more than were sold.",
    params: changed,
    body: {
      schema: RestockBodySchema,
      examples: {
        shelf: { refundId: REFUND_ID, orderLineId: ORDER_LINE_ID, restock: true },
        moneyAlone: { refundId: REFUND_ID, orderLineId: ORDER_LINE_ID, restock: true, quantity: 2 },
      },
    },
    problems: [...CHANGE_OF_ORDER, "refund_not_found", "restock_decided", "refund_exceeds"],
  },
  {
    ...reconciliation,
    id: "getReconciliation",
    caller: "admin",
    path: "/api/admin/reconciliation",
    summary: "Where orders, holds and Stripe disagree",
    description: "One bounded part of it. Mends nothing.",
    problems: [...SHOPPER, ...ADMIN, "validation_failed", ...PAYING],
  },
  {
    ...reconciliation,
    id: "cronReconcile",
    caller: "cron",
    path: "/api/cron/reconcile",
    summary: "The same, for a scheduler",
    description: "What is found is logged, too.",
    problems: [...DATABASE, "cron_secret_required", "validation_failed", ...PAYING],
  },
];
