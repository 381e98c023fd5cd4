import { afterEach, beforeEach, expect, test } from "vitest";
import type { HealthFigures } from "@/domain/shop-health";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  sweep,
} from "../support/shop.ts";

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

async function figures(
  withDrift = true,
): Promise<HealthFigures & { alertsOpen: number; lastSweepAt: string | null }> {
  const [row] = await db.sql`select shop_health(${withDrift}) as answer`;
  const { serverNow: _, ...rest } = must(row).answer;
  return rest;
}

test("an empty shop is well, in every figure", async () => {
  const { lastSweepAt, ...rest } = await figures();
  expect(lastSweepAt).toBeNull();
  expect(Object.values(rest)).toEqual(Object.values(rest).map(() => 0));
  expect((await figures(false)).drift).toBeNull();
});

test("what the sweep has left is counted, and since when", async () => {
  const variantId = await createVariant(db.sql, 9);
  await hold(db.sql, newShopper(), variantId, 1);
  await hold(db.sql, newShopper(), variantId, 2);
  expect(await figures()).toMatchObject({ lapsedHolds: 0, sweepLagSeconds: 0 });
  await letTimePass(db, 900 + 600);
  await hold(db.sql, newShopper(), await createVariant(db.sql, 1));
  const lapsed = await figures();
  expect(lapsed.lapsedHolds).toBe(2);
  expect(lapsed.sweepLagSeconds).toBeGreaterThanOrEqual(600);
  expect(lapsed.sweepLagSeconds).toBeLessThan(900);
  await sweep(db.sql);
  expect(await figures()).toMatchObject({
    lapsedHolds: 0,
    sweepLagSeconds: 0,
    lastSweepAt: expect.any(String),
  });
});

test("a bound of expiry that is too low is no lag", async () => {
  const variantId = await createVariant(db.sql, 9);
  await hold(db.sql, newShopper(), variantId);
  await asSuperuser(db, (tx) => tx`update stock_levels set next_expiry_at = now() - interval '1 day'`);
  expect(await figures()).toMatchObject({ lapsedHolds: 0, sweepLagSeconds: 0 });
});

test("holds that ended within the hour are counted, those that ran out apart", async () => {
  const variantId = await createVariant(db.sql, 9);
  const shopper = newShopper();
  await hold(db.sql, shopper, variantId);
  await release(db.sql, shopper);
  await hold(db.sql, newShopper(), variantId);
  await letTimePass(db, 901);
  await sweep(db.sql);
  expect(await figures()).toMatchObject({ endedLastHour: 2, expiredLastHour: 1 });
  await asSuperuser(db, (tx) => tx`update reservation_trail set at = at - interval '61 minutes'`);
  expect(await figures()).toMatchObject({ endedLastHour: 0, expiredLastHour: 0 });
});

test("drift is found", async () => {
  const variantId = await createVariant(db.sql, 9);
  await hold(db.sql, newShopper(), variantId);
  await asSuperuser(db, (tx) => tx`update stock_levels set reserved = 5 where variant_id = ${variantId}`);
  expect((await figures()).drift).toBeGreaterThan(0);
});

test("refusals are counted, those of a limit apart", async () => {
  const variantId = await createVariant(db.sql, 900);
  await reserve(db.sql, newShopper(), await createVariant(db.sql, 1), 2);
  await reserve(db.sql, newShopper(), variantId, 101);
  expect(await figures()).toMatchObject({ shortRefusals: 1, limitRefusals: 1 });
});

/** An order with a payment, as if it had been made so many minutes ago. */
async function payment(status: "open" | "processing" | "succeeded", minutesAgo: number): Promise<string> {
  const ids = { order: crypto.randomUUID(), payment: crypto.randomUUID() };
  await asSuperuser(db, async (tx) => {
    const at = tx`now() - make_interval(mins => ${minutesAgo})`;
    await tx`insert into orders (id, shopper_id, source, status, email, currency, subtotal_cents, shipping_cents, total_cents, ship_name, ship_line1, ship_postal_code, ship_city, ship_country, cart_version, created_at, paid_at)
      values (${ids.order}, gen_random_uuid(), 'checkout', ${status === "succeeded" ? "paid" : "pending"}, 'x@example.test', 'EUR', 100, 0, 100, 'A', '1 Road', '1', 'X', 'DE', 'v1', ${at}, ${status === "succeeded" ? at : null})`;
    const isDone = status === "succeeded";
    await tx`insert into payments (id, order_id, shopper_id, status, amount_cents, currency, return_origin, session_expires_at, window_ends_at, session_id, created_at, settled_at, received_cents, received_currency)
      select ${ids.payment}, o.id, o.shopper_id, ${status}, 100, 'EUR', 'http://x', ${at}, ${at}, ${`cs_${ids.payment}`}, ${at},
        ${isDone ? at : null}, ${isDone ? 100 : null}, ${isDone ? "EUR" : null} from orders o where o.id = ${ids.order}`;
  });
  return ids.payment;
}

test("payments that are open after their window, and those that are with a bank, are counted", async () => {
  await payment("open", -5);
  expect(await figures()).toMatchObject({ paymentsOverdue: 0, paymentsProcessing: 0 });
  await payment("open", 30);
  await payment("processing", 90);
  const of = await figures();
  expect(of).toMatchObject({ paymentsOverdue: 1, paymentsProcessing: 1 });
  expect(of.paymentOverdueSeconds).toBeGreaterThanOrEqual(1_800);
  expect(of.paymentProcessingSeconds).toBeGreaterThanOrEqual(5_400);
});

test("a payment of which no event came is counted, once one would have come", async () => {
  await payment("succeeded", 5);
  await payment("succeeded", 3_000);
  const silent = await payment("succeeded", 60);
  expect(await figures()).toMatchObject({ paymentsLastDay: 1, paymentsWithoutEvent: 1 });
  await db.sql`insert into payment_events (event_id, type, payment_id, outcome)
    values ('evt_1', 'checkout.session.completed', ${silent}, 'sold')`;
  expect(await figures()).toMatchObject({ paymentsLastDay: 1, paymentsWithoutEvent: 0 });
});

test("mails and refunds that wait are counted, and those that failed", async () => {
  const id = await payment("succeeded", 5);
  await asSuperuser(db, async (tx) => {
    await tx`insert into outgoing_mails (order_id, kind, created_at, last_error)
      select order_id, 'confirmation', now() - interval '40 minutes', 'ECONNREFUSED' from payments where id = ${id}`;
    await tx`insert into outgoing_mails (order_id, kind, sent_at)
      select order_id, 'shipped', now() from payments where id = ${id}`;
    await tx`insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, status, created_at, settled_at)
      select order_id, id, 50, 'EUR', 'requested', 'admin', 'failed', now() - interval '2 hours', now() from payments where id = ${id}`;
    await tx`insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, status, created_at)
      select order_id, id, 50, 'EUR', 'requested', 'admin', 'requested', now() - interval '1 hour' from payments where id = ${id}`;
  });
  const of = await figures();
  expect(of).toMatchObject({ mailsUnsent: 1, mailsFailed: 1, refundsUndone: 2, refundsFailed: 1 });
  expect(of.mailUnsentSeconds).toBeGreaterThanOrEqual(2_400);
  expect(of.refundUndoneSeconds).toBeGreaterThanOrEqual(7_200);
});

test("alerts that are open, and those that could not be told, are counted", async () => {
  await db.sql`insert into alerts (kind, subject, attempts, told_at, closed_at) values
    ('a', '1', 1, null, null), ('a', '2', 1, now(), null), ('a', '3', 0, null, null), ('a', '4', 1, null, now() + interval '1 hour')`;
  expect(await figures()).toMatchObject({ alertsOpen: 3, alertsUntold: 1 });
});
