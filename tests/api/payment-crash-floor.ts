import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { ReconciliationSchema } from "@/contracts/orders";
import { bodyOf, type Guest, newGuest, storeKeys } from "../support/api-client.ts";
import { type CrashingStore, useCrashingStore } from "../support/crashing-store.ts";
import type { Sql } from "../support/database.ts";
import { createVariant, expectConsistent } from "../support/shop.ts";
import { stripeAt } from "../support/stripe-target.ts";
import { address, getCheckout, sendAgain, setWindow, start } from "./checkout-floor.ts";
import { bearer } from "./wishes.ts";

// A shop whose web process dies while somebody pays, and the books that have to fit afterwards.

/** Two units for 1000 cents each, and shipping. */
export const TOTAL = 2490;

export type Buyer = { guest: Guest; email: string; variantId: string };
export type Payer = Buyer & Awaited<ReturnType<typeof start>>;

export function useCrashFloor() {
  const store = useCrashingStore();
  const controls = () => store.stripe.controls;
  afterEach(async () => {
    await controls().release();
  });

  /** Somebody who holds the last two units of a variant. */
  async function buyer(sql: Sql): Promise<Buyer> {
    const variantId = await createVariant(sql, 2);
    const guest = newGuest({ baseUrl: store.url });
    await guest.hold(variantId, 2);
    return { guest, variantId, email: `${randomUUID()}@example.test` };
  }

  return {
    store,
    controls,
    buyer,
    crash: store.crash,
    /** One test: whatever died in it, everything fits at its end. */
    tell(name: string, play: (sql: Sql) => Promise<void>): void {
      const whole = async (sql: Sql) => {
        await setWindow(sql, 900);
        await play(sql);
        await expectAllFits(store, sql);
      };
      test(name, () => store.withDatabase(whole), 120_000);
    },
    /** The same with a payment that is open. */
    async payer(sql: Sql): Promise<Payer> {
      const one = await buyer(sql);
      return { ...one, ...(await start(sql, one.guest, { email: one.email })) };
    },
    /** What a shopper sends to pay, and may send again. */
    async wishOf({ guest, email }: Buyer): Promise<() => ReturnType<typeof sendAgain>> {
      const { quote } = await getCheckout(guest);
      const { cartVersion, totalCents: expectedTotalCents } = quote;
      return () => sendAgain(guest, { cartVersion, expectedTotalCents, email, address });
    },
    /** What the scheduler does every minute. */
    async cron() {
      const headers = bearer(storeKeys().cronSecret);
      const sweep = "/api/cron/cleanup-reservations";
      const answer = await newGuest({ baseUrl: store.url }).send("GET", sweep, { headers });
      return bodyOf(answer, 200, CleanupAnswerSchema);
    },
    delivered: async () => expect(await controls().delivered()).toMatchObject({ pending: 0 }),
    booksOf: (sql: Sql, one: Pick<Buyer, "email" | "variantId">) => booksOf(store, sql, one),
  };
}

/** What whoever died had claimed is free again: their minute is over. */
export async function leasesAreOver(sql: Sql): Promise<void> {
  await sql`update payments set claimed_until = clock_timestamp() where claimed_until > clock_timestamp()`;
  await sql`update refunds set claimed_until = clock_timestamp() where claimed_until > clock_timestamp()`;
  await sql`update outgoing_mails set claimed_until = clock_timestamp() where claimed_until > clock_timestamp()`;
}

/** What is written about the one order of a shopper, here and at Stripe. */
async function booksOf(
  store: CrashingStore,
  sql: Sql,
  { email, variantId }: Pick<Buyer, "email" | "variantId">,
) {
  const orders = await sql<{ status: string; payment: string; paymentId: string }[]>`
    select o.status::text, p.status::text as payment, p.id as "paymentId"
    from orders o join payments p on p.order_id = o.id where o.email = ${email} order by o.number`;
  const [stock] =
    await sql`select on_hand as "onHand", reserved from stock_levels where variant_id = ${variantId}`;
  const sales =
    await sql`select delta from stock_movements where variant_id = ${variantId} and reason ~ '^sale'`;
  const stripe = stripeAt(store.stripe);
  const ids = orders.map(({ paymentId }) => paymentId);
  const all = await stripe.checkout.sessions.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const sessions = all.filter((session) => ids.includes(session.client_reference_id ?? ""));
  const refunds = [];
  for (const { payment_intent: intent } of sessions) {
    if (intent) refunds.push(...(await stripe.refunds.list({ payment_intent: String(intent) })).data);
  }
  return {
    orders: orders.map(({ status }) => status),
    payments: orders.map(({ payment }) => payment),
    sessions: sessions.map(({ status }) => status),
    sales: sales.map(({ delta }) => delta),
    paidBack: refunds.map(({ amount }) => amount),
    stock: { ...stock },
  };
}
export type Books = Awaited<ReturnType<typeof booksOf>>;

/** Exactly one session, one sale, and nothing paid back. */
export const SOLD: Books = {
  orders: ["paid"],
  payments: ["succeeded"],
  sessions: ["complete"],
  sales: [-2],
  paidBack: [],
  stock: { onHand: 0, reserved: 0 },
};
/** Nobody paid, and the units are free. */
export const FREE: Books = {
  orders: ["cancelled"],
  payments: ["expired"],
  sessions: ["expired"],
  sales: [],
  paidBack: [],
  stock: { onHand: 2, reserved: 0 },
};
/** Nobody paid, and the units are in the cart again. */
export const RETURNED: Books = { ...FREE, stock: { onHand: 2, reserved: 2 } };

/** Of everything that the store ever sold: invariants, the comparison with Stripe, and every cent there. */
async function expectAllFits(store: CrashingStore, sql: Sql): Promise<void> {
  await expectConsistent(sql);
  const [drift] = await sql`select validate_stock_consistency() as findings`;
  expect(drift?.findings, "counters, holds, orders and the ledger agree").toEqual([]);
  expect(await sql`select id from reservations where status = 'paying'`, "no hold is paying").toEqual([]);
  expect(await sql`select id from payments where status in ('open', 'processing')`).toEqual([]);
  for (let after: string | null = ""; after !== null; ) {
    const headers = bearer(storeKeys().cronSecret);
    const path = `/api/cron/reconcile${after && `?after=${after}`}`;
    const answer = await newGuest({ baseUrl: store.url }).send("GET", path, { headers });
    const { findings, next } = bodyOf(answer, 200, ReconciliationSchema);
    expect(findings, "orders, holds and Stripe agree").toEqual([]);
    after = next;
  }
  const [books] = await sql`
    select coalesce(sum(total_cents) filter (where status = 'paid'), 0)::int as sold,
      coalesce(sum(refunded_cents), 0)::int as refunded from orders where paid_at is not null`;
  const stripe = stripeAt(store.stripe);
  const charges = await stripe.charges.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const refunds = await stripe.refunds.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
  const paid = charges.filter((charge) => charge.paid).reduce((sum, { amount }) => sum + amount, 0);
  const paidBack = refunds.reduce((sum, { amount }) => sum + amount, 0);
  expect({ paid, paidBack }, "what Stripe received is what was sold and what was paid back").toEqual({
    paid: Number(books?.sold) + Number(books?.refunded),
    paidBack: books?.refunded,
  });
}
