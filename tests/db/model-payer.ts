import { expect } from "vitest";
import {
  type Payment,
  paid,
  type Session,
  settle as settlePayment,
  startCheckout,
} from "../support/checkout.ts";
import type { Sql } from "../support/database.ts";
import { must } from "../support/shop.ts";
import type { Comparison } from "./model-comparison.ts";
import { type ModelOrder, pin, refund, settle, type Word } from "./model-paying.ts";
import type { Micros } from "./model-rules.ts";
import type { ShopModel } from "./model-shop.ts";
import type { Step } from "./model-steps.ts";

type Told = (serverNow: string | undefined) => Micros;
type Settling = Extract<Step, { kind: "settle" }>;

/** Does each step of paying in the database and in the model, and compares what both answer. */
export class Payer {
  private readonly payments = new Map<string, Payment>();

  private readonly shop: ShopModel;
  private readonly expect: Comparison;
  private readonly tell: Told;

  constructor(shop: ShopModel, comparison: Comparison, tell: Told) {
    this.shop = shop;
    this.expect = comparison;
    this.tell = tell;
  }

  async pin(sql: Sql, shopperId: string): Promise<void> {
    const answer = await startCheckout(sql, shopperId);
    const told = pin(this.shop, shopperId, this.tell(answer.serverNow));
    expect(answer.outcome).toBe(told.outcome);
    this.expect.count(told.outcome);
    if (!told.lines) return;
    const payment = must(answer.payment);
    this.payments.set(payment.paymentId, payment);
    this.shop.orders.push({
      orderId: payment.orderId,
      paymentId: payment.paymentId,
      shopperId: told.shopperId,
      payment: "open",
      status: "pending",
      lines: told.lines,
    });
  }

  async settle(sql: Sql, { pick, word, after }: Settling): Promise<void> {
    const order = this.pick(pick);
    if (!order) return;
    const payment = must(this.payments.get(order.paymentId));
    const answer = await settlePayment(sql, order.paymentId, sessionOf(word, payment), after);
    const held = await sql<{ id: string }[]>`
      select reservation_id as id from order_lines where order_id = ${order.orderId} order by position`;
    const outcome = settle(
      this.shop,
      order,
      word,
      after,
      this.tell(answer.serverNow),
      (n) => must(held[n]).id,
    );
    expect(answer.outcome).toBe(outcome);
    this.expect.count(outcome);
  }

  async refund(sql: Sql, { pick, quantity, isRestocked }: Extract<Step, { kind: "refund" }>): Promise<void> {
    const order = this.pick(pick);
    if (!order) return;
    const found = await refundFirstLine(sql, order.orderId, { quantity, isRestocked });
    const outcome = refund(this.shop, order, quantity, isRestocked);
    expect(found).toBe(outcome);
    this.expect.count(outcome);
  }

  private pick = (n: number): ModelOrder | undefined =>
    this.shop.orders.at(-1 - (n % (this.shop.orders.length || 1)));
}

/** Asks for the money of some units of an order's first line. */
export async function refundFirstLine(
  sql: Sql,
  orderId: string,
  { quantity, isRestocked }: { quantity: number; isRestocked: boolean },
): Promise<string> {
  const [row] = await sql<{ answer: { outcome: string } }[]>`
    select request_refund(${orderId}, (
      select jsonb_agg(jsonb_build_object('orderLineId', l.id, 'quantity', ${quantity}::int,
        'restock', ${isRestocked ? "restocked" : "undecided"}::text))
      from order_lines l where l.order_id = ${orderId} and l.position = 1)) as answer`;
  return must(row).answer.outcome;
}

/** What Stripe says of a session with this word. */
export function sessionOf(word: Word, payment: Payment): Session {
  switch (word) {
    case "paid":
      return paid(payment);
    case "wrong":
      return paid(payment, { amountCents: payment.amountCents - 1 });
    case "unpaid":
      return { status: "complete", paymentStatus: "unpaid" };
    case "failed":
      return { status: "complete", paymentStatus: "unpaid", failed: true };
    case "expired":
      return { status: "expired", paymentStatus: "unpaid" };
  }
}

/** Orders are what the book says, and so is the money that is owed. */
export async function expectSameOrders(sql: Sql, shop: ShopModel): Promise<void> {
  const orders = await sql`
    select o.id as "orderId", p.id as "paymentId", o.shopper_id as "shopperId", p.status as payment, o.status, (
      select jsonb_agg(jsonb_build_object('variantId', l.variant_id, 'quantity', l.quantity, 'holdId', l.reservation_id,
        'leftSeconds', l.left_seconds, 'locationId', l.location_id, 'refunded', (
          select coalesce(sum(f.quantity), 0) from refund_lines f where f.order_line_id = l.id)) order by l.position)
      from order_lines l where l.order_id = o.id) as lines
    from orders o join payments p on p.order_id = o.id order by o.number`;
  expect([...orders]).toEqual(shop.orders);
  const [owed] = await sql<{ wrong: number }[]>`
    select count(*)::int as wrong from orders o join payments p on p.order_id = o.id
    where (o.status in ('refunded', 'refunded_out_of_stock') and p.received_cents
             <> (select coalesce(sum(f.amount_cents), 0) from refunds f where f.order_id = o.id))
       or (select coalesce(sum(f.amount_cents), 0) from refunds f where f.order_id = o.id) > coalesce(p.received_cents, 0)`;
  expect(must(owed).wrong, "nothing is refunded twice, and nothing forgotten").toBe(0);
}
