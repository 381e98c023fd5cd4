import { expect } from "vitest";
import type { Sql } from "./database.ts";
import { cartOf, must } from "./shop.ts";

export type Payment = {
  paymentId: string;
  orderId: string;
  orderNumber: number;
  shopperId: string;
  status: string;
  amountCents: number;
  currency: string;
  sessionId: string | null;
  sessionUrl: string | null;
  sessionExpiresAt: string;
  windowEndsAt: string;
  lines: { name: string; quantity: number; unitPriceCents: number; imagePath: string }[];
};
export type OrderLine = {
  orderLineId: string;
  variantId: string;
  quantity: number;
  unitPriceCents: number;
  refundedQuantity: number;
};
export type Refund = {
  refundId: string;
  amountCents: number;
  currency: string;
  reason: string;
  status: string;
  attempt: number;
  lines: { orderLineId: string; quantity: number; restock: string }[];
};
export type Order = {
  orderId: string;
  number: number;
  status: string;
  email: string | null;
  totalCents: number;
  refundedCents: number;
  paidAt: string | null;
  shippedAt: string | null;
  cancelledAt: string | null;
  refundedAt: string | null;
  paymentId: string;
  paymentStatus: string;
  lines: OrderLine[];
  refunds: Refund[];
};
export type CheckoutAnswer = {
  serverNow: string;
  outcome: string;
  isNew?: boolean;
  payment?: Payment;
  paymentId?: string;
  order?: Order;
  cartVersion?: string;
  totalCents?: number;
  differences?: { variantId: string; change: string; before: number }[];
  limit?: { name: string; value: number };
};
export type Details = Record<"email" | "name" | "line1" | "postalCode" | "city" | "country", string> & {
  line2: string | null;
};
export type Settled = { serverNow: string; outcome: string; order: Order; refundId?: string | null };

export const details: Details = {
  email: "ada@example.test",
  name: "Ada",
  line1: "1 Quay",
  line2: null,
  postalCode: "12345",
  city: "Harbour",
  country: "DE",
};

/** The flat shipping of the migrations, in cents. */
export const shipping = 490;

/** Starts to pay the cart as it is. What a test says otherwise, it says in `seen`. */
export async function startCheckout(
  sql: Sql,
  shopperId: string,
  seen: {
    cartVersion?: string;
    totalCents?: number;
    details?: Partial<Details>;
    key?: string;
    bodyHash?: string;
  } = {},
): Promise<CheckoutAnswer> {
  const cart = await cartOf(sql, shopperId);
  const total = seen.totalCents ?? cart.totalCents + shipping;
  const [row] = await sql<{ answer: CheckoutAnswer }[]>`
    select start_checkout(${shopperId}, ${seen.cartVersion ?? cart.cartVersion}, ${total},
      ${sql.json({ ...details, ...seen.details })}, 'https://shop.example.test', ${seen.key ?? null},
      ${seen.bodyHash ?? null}) as answer`;
  return must(row).answer;
}

/** Pins the cart of a shopper, as the test relies on. */
export async function pinCart(sql: Sql, shopperId: string): Promise<Payment> {
  const answer = await startCheckout(sql, shopperId);
  expect(answer.outcome).toBe("pinned");
  return must(answer.payment);
}

export type Session = {
  status: "open" | "complete" | "expired";
  paymentStatus: "paid" | "unpaid" | "no_payment_required";
  amountCents?: number;
  currency?: string;
  paymentIntentId?: string | null;
  failed?: boolean;
  sessionId?: string;
  /** What the session's metadata says that it was made for. */
  madeFor?: string | null;
};

/** What Stripe says of a session that was paid, with exactly what was asked for. */
export const paid = (payment: Payment, but: Partial<Session> = {}): Session => ({
  status: "complete",
  paymentStatus: "paid",
  amountCents: payment.amountCents,
  currency: payment.currency.toLowerCase(),
  paymentIntentId: `pi_${payment.paymentId}`,
  ...but,
});
export const expired: Session = { status: "expired", paymentStatus: "unpaid" };
export const unpaid: Session = { status: "complete", paymentStatus: "unpaid" };
export const failed: Session = { status: "complete", paymentStatus: "unpaid", failed: true };
export const stillOpen: Session = { status: "open", paymentStatus: "unpaid" };

/** Calls `settle_payment` with what Stripe says. */
export async function settle(
  sql: Sql,
  paymentId: string,
  session: Session,
  after: "return" | "expire" = "return",
  event: { id: string; type?: string } | null = null,
): Promise<Settled> {
  const [row] = await sql<{ answer: Settled }[]>`
    select settle_payment(${paymentId}, ${sql.json({ sessionId: `cs_${paymentId}`, madeFor: paymentId, ...session })}, ${after},
      ${event?.id ?? null}, ${event?.type ?? null}) as answer`;
  return must(row).answer;
}

/** The order as everybody reads it. */
export async function orderOf(sql: Sql, orderId: string): Promise<Order> {
  const [row] = await sql<{ answer: { order: Order } }[]>`select get_order(${orderId}) as answer`;
  return must(row).answer.order;
}

/** Buys the whole cart of a shopper. */
export async function buy(sql: Sql, shopperId: string): Promise<Order> {
  const payment = await pinCart(sql, shopperId);
  const answer = await settle(sql, payment.paymentId, paid(payment));
  expect(answer.outcome).toBe("sold");
  return answer.order;
}

/** A pending order of one unit, as somebody would type it. Answers its id. */
export async function typeOrder(sql: Sql, shopperId: string, variantId: string): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    with made as (
      insert into orders (shopper_id, source, currency, subtotal_cents, total_cents)
      values (${shopperId}, 'phone', 'EUR', 1000, 1000) returning id
    )
    insert into order_lines (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name, sku, image_path)
    select id, 1, ${variantId}, 1, 1000, 'Product', 'Variant', 'sku', '/x.svg' from made returning order_id as id`;
  return must(row).id;
}

/**
 * Repeats what gave up waiting for a lock, as the web server does and as Stripe does with an event: a crowd before
 * one level on a busy machine waits longer than a function may.
 */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if ((error as { code?: string }).code !== "55P03") throw error;
    }
  }
}
