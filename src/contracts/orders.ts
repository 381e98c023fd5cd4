import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MoneySchema } from "./common";

/**
 * `pending`: its payment is not finished. `refunded`: all the money went back; after a part of it the order stays
 * `paid`. `refunded_out_of_stock`: it was paid when the units were gone. `cancelled`: it was never paid.
 */
export const OrderStatusSchema = z.enum([
  "pending",
  "paid",
  "refunded_out_of_stock",
  "refunded",
  "cancelled",
]);
export type OrderStatus = z.infer<typeof OrderStatusSchema>;

/** `processing`: the shopper has done their part, and the bank has not (delayed methods). */
export const PaymentStatusSchema = z.enum(["open", "processing", "succeeded", "failed", "expired"]);
export type PaymentStatus = z.infer<typeof PaymentStatusSchema>;

/** Whether units that were paid back are on the shelf again: asked of a person, once for each line of a refund. */
export const RestockSchema = z.enum(["undecided", "restocked", "kept_out"]);
export type Restock = z.infer<typeof RestockSchema>;

export const OrderLineSchema = z
  .object({
    orderLineId: IdSchema,
    variantId: IdSchema,
    sku: z.string(),
    productName: z.string(),
    variantName: z.string(),
    imagePath: z.string(),
    quantity: z.int().min(1),
    /** The price of one, as it was when the shopper agreed. */
    unitPriceCents: MoneySchema,
    refundedQuantity: z.int().min(0),
  })
  .meta({ id: "OrderLine" });
export type OrderLine = z.infer<typeof OrderLineSchema>;

export const RefundSchema = z
  .object({
    refundId: IdSchema,
    amountCents: MoneySchema,
    /** `outside`: made in Stripe's dashboard. `second_payment`: the order was paid twice; beside `refundedCents`. */
    reason: z.enum(["out_of_stock", "wrong_amount", "requested", "cancelled", "outside", "second_payment"]),
    /** Done when Stripe says so: `succeeded`. */
    status: z.enum(["requested", "pending", "succeeded", "failed"]),
    createdAt: InstantSchema,
    lines: z.array(z.object({ orderLineId: IdSchema, quantity: z.int().min(1), restock: RestockSchema })),
  })
  .meta({ id: "Refund" });
export type Refund = z.infer<typeof RefundSchema>;

/** Where an order goes. What is not known is `null`: all of it once the account was erased. */
const OrderAddressSchema = z
  .object({
    name: z.string().nullable(),
    line1: z.string().nullable(),
    line2: z.string().nullable(),
    postalCode: z.string().nullable(),
    city: z.string().nullable(),
    country: z.string().nullable(),
  })
  .meta({ id: "OrderAddress" });

export const OrderSchema = z
  .object({
    orderId: IdSchema,
    /** Shown as `HF-<number>`. */
    number: z.int(),
    status: OrderStatusSchema,
    source: z.enum(["checkout", "phone", "import"]),
    createdAt: InstantSchema,
    paidAt: InstantSchema.nullable(),
    shippedAt: InstantSchema.nullable(),
    cancelledAt: InstantSchema.nullable(),
    refundedAt: InstantSchema.nullable(),
    /** `null` once the account that bought was erased, or where a phone order had none. */
    email: z.string().nullable(),
    address: OrderAddressSchema,
    currency: CurrencySchema,
    subtotalCents: MoneySchema,
    shippingCents: MoneySchema,
    totalCents: MoneySchema,
    refundedCents: MoneySchema,
    tracking: z.string().nullable(),
    /** `null` for an order that needed no payment of ours. */
    paymentStatus: PaymentStatusSchema.nullable(),
    /** Until when the units are kept for the payment, while that is `open`; `null` where there was none to make. */
    windowEndsAt: InstantSchema.nullable(),
    lines: z.array(OrderLineSchema),
    refunds: z.array(RefundSchema),
  })
  .meta({ id: "Order" });
export type Order = z.infer<typeof OrderSchema>;

/** The key of an order's link: who has it may read the order. */
const OrderKeySchema = z.string().min(1).max(128);

export const OrderParamsSchema = z.object({ orderId: IdSchema });
/** `GET /api/orders/{orderId}?key=…` */
export const OrderQuerySchema = z.strictObject({ key: OrderKeySchema.optional() });

/** One order. `orderUrl` is its page, a path with the key in it. */
export const OrderAnswerSchema = z.object({
  serverNow: InstantSchema,
  order: OrderSchema,
  orderUrl: z.string(),
});
export type OrderAnswer = z.infer<typeof OrderAnswerSchema>;

/** The number of an order as a query writes it. */
const NumberSchema = z
  .string()
  .regex(/^[1-9]\d{0,14}$/, "A whole number")
  .transform(Number);

/** `GET /api/orders?before=1042`: of who is signed in, newest first; `before` turns the page. */
export const OrderListQuerySchema = z.strictObject({ before: NumberSchema.optional() });
export const OrderListSchema = z.object({
  serverNow: InstantSchema,
  orders: z.array(OrderSchema),
  /** What `before` has to be for the next page; `null` at the end. */
  nextBefore: z.int().nullable(),
});
export type OrderList = z.infer<typeof OrderListSchema>;

/**
 * `POST /api/orders/create-from-payment`: the shopper came back from Stripe. Without the key of the order's link only
 * the shopper who pays may ask.
 */
export const CreateFromPaymentBodySchema = z.strictObject({
  sessionId: z.string().regex(/^cs_[A-Za-z0-9_]{1,250}$/, "Not the id of a Checkout Session"),
  key: OrderKeySchema.optional(),
});

/** `GET /api/admin/orders`. `worklist`: what waits for a person, or for Stripe. */
export const AdminOrdersQuerySchema = z.strictObject({
  status: OrderStatusSchema.optional(),
  worklist: z.enum(["to_ship", "refund_undone", "restock_undecided"]).optional(),
  email: z
    .string()
    .max(254)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, "No control characters")
    .optional(),
  number: NumberSchema.optional(),
  before: NumberSchema.optional(),
});

const RefundLineSchema = z.strictObject({
  orderLineId: IdSchema,
  quantity: z.int().min(1).max(1_000),
  restock: RestockSchema.default("undecided"),
});

/** `POST /api/admin/orders/{orderId}/refund`: these lines at their price, or `amountCents` where that is another one. */
export const RefundBodySchema = z.strictObject({
  lines: z.array(RefundLineSchema).max(100),
  includesShipping: z.boolean().default(false),
  amountCents: z.int().min(1).max(2_000_000_000).optional(),
});
export type RefundBody = z.infer<typeof RefundBodySchema>;

/** `POST /api/admin/orders/{orderId}/retry-refund`: one that failed, by another attempt. */
export const RetryRefundBodySchema = z.strictObject({ refundId: IdSchema });

/** `POST /api/admin/orders/{orderId}/cancel`: all that is left of the money goes back. */
export const CancelBodySchema = z.strictObject({ restock: RestockSchema.default("undecided") });

/** `POST /api/admin/orders/{orderId}/ship` */
export const ShipBodySchema = z.strictObject({
  tracking: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs}\s][^\p{Cc}\p{Cs}]*$/u, "Is missing, or has control characters")
    .trim()
    .optional(),
});

/**
 * `POST /api/admin/orders/{orderId}/restock`: `true` puts the units of a refund's line back on the shelf. `quantity`:
 * of a refund that was of money alone, how many units of the line came back with it.
 */
export const RestockBodySchema = z.strictObject({
  refundId: IdSchema,
  orderLineId: IdSchema,
  restock: z.boolean(),
  quantity: z.int().min(1).max(1_000).optional(),
});
export type RestockBody = z.infer<typeof RestockBodySchema>;

/** Where orders, holds and Stripe disagree, or what waits for somebody. */
const DisagreementSchema = z
  .object({
    kind: z.string(),
    orderId: IdSchema.nullable(),
    orderNumber: z.int().nullable(),
    paymentId: IdSchema.nullable(),
    expected: z.string().nullable(),
    found: z.string().nullable(),
  })
  .meta({ id: "Disagreement" });
export type Disagreement = z.infer<typeof DisagreementSchema>;

/** `GET /api/admin/reconciliation?after=…` and `GET /api/cron/reconcile?after=…`: one bounded part of it. */
export const ReconciliationQuerySchema = z.strictObject({ after: IdSchema.optional() });
export const ReconciliationSchema = z
  .object({
    serverNow: InstantSchema,
    /** Payments that were compared with Stripe in this call. */
    compared: z.int().min(0),
    findings: z.array(DisagreementSchema),
    /** What `after` has to be for the next part; `null` at the end. */
    next: IdSchema.nullable(),
  })
  .meta({ id: "Reconciliation" });
export type Reconciliation = z.infer<typeof ReconciliationSchema>;
