import type { Order } from "./checkout.ts";
import type { Sql } from "./database.ts";
import type { Keyed } from "./keys.ts";
import { must } from "./shop.ts";

export type Restock = "undecided" | "restocked" | "kept_out";
export type RefundLine = { orderLineId: string; quantity: number; restock: Restock };
export type RefundAnswer = { outcome: string; refundId?: string; refundableCents?: number; order: Order };
export type Claimed = {
  refundId: string;
  attempt: number;
  paymentIntentId: string;
  amountCents: number;
  currency: string;
  stripeRefundId: string | null;
};

export const refundLine = (
  orderLineId: string,
  quantity: number,
  restock: Restock = "undecided",
): RefundLine => ({ orderLineId, quantity, restock });

/** Asks for money to go back; without an amount, what the lines cost. */
export async function askRefund(
  sql: Sql,
  orderId: string,
  lines: RefundLine[],
  {
    amountCents,
    includesShipping,
    key,
  }: { amountCents?: number; includesShipping?: boolean; key?: Keyed } = {},
): Promise<RefundAnswer> {
  const [row] = await sql<{ answer: RefundAnswer }[]>`
    select request_refund(${orderId}, ${sql.json(lines)}, ${amountCents ?? null}, ${includesShipping ?? false},
      'requested', 'admin', ${key?.idempotencyKey ?? null}, ${key?.bodyHash ?? null}) as answer`;
  return must(row).answer;
}

export async function claimRefunds(sql: Sql, limit = 100): Promise<Claimed[]> {
  const [row] = await sql<{ answer: { refunds: Claimed[] } }[]>`select claim_refunds(${limit}) as answer`;
  return must(row).answer.refunds;
}

/** What Stripe says of a refund of ours. */
export async function recordRefund(
  sql: Sql,
  refundId: string | undefined,
  status: "pending" | "requires_action" | "succeeded" | "failed" | "canceled",
  {
    id = `re_${refundId}`,
    error,
    attempt,
    event,
  }: { id?: string; error?: string; attempt?: number; event?: string } = {},
): Promise<RefundAnswer> {
  const said = { refundId: id, status, ...(error && { error }), ...(attempt && { attempt }) };
  const [row] = await sql<{ answer: RefundAnswer }[]>`
    select record_refund(${must(refundId)}, ${sql.json(said)}, ${event ?? null}, 'refund.updated') as answer`;
  return must(row).answer;
}

export async function retryRefund(sql: Sql, refundId: string | undefined): Promise<RefundAnswer> {
  const [row] = await sql<{ answer: RefundAnswer }[]>`select retry_refund(${must(refundId)}) as answer`;
  return must(row).answer;
}

/** What Stripe says of a refund that somebody made in its dashboard. */
export async function recordOutside(sql: Sql, intent: string, refundId: string, amountCents: number) {
  const [row] = await sql<{ answer: RefundAnswer }[]>`
    select record_outside_refund(${intent}, ${sql.json({ refundId, amountCents, status: "succeeded" })}) as answer`;
  return must(row).answer;
}

/** Numbers of the orders that have a refund to see to. */
export async function undone(sql: Sql): Promise<number[]> {
  const [row] = await sql<{ answer: { orders: Order[] } }[]>`
    select search_orders('{"worklist": "refund_undone"}', 200) as answer`;
  return must(row).answer.orders.map(({ number }) => number);
}
