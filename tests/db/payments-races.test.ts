import { expect, test } from "vitest";
import {
  expired,
  failed,
  type Payment,
  paid,
  patiently,
  pinCart,
  type Settled,
  settle,
  startCheckout,
  unpaid,
} from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, refundLine } from "../support/refunds.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  hold,
  must,
  newShopper,
  release,
  reserve,
  setQuantity,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { adjust, findDrift, transfer } from "./sessions.ts";

// Crowds of payments: paid = sold + refunded, and every unit and every cent is somewhere.

const db = useTestDatabase();

/** Payments of one unit each, by a shopper each. */
async function pinned(sql: Sql, variantId: string, count: number): Promise<Payment[]> {
  return Promise.all(
    Array.from({ length: count }, async () => {
      const shopperId = newShopper();
      await patiently(() => hold(sql, shopperId, variantId));
      return patiently(() => pinCart(sql, shopperId));
    }),
  );
}

const shuffled = <T>(items: T[]): T[] =>
  items
    .map((item, i) => ({ item, at: (i * 7919) % 10_007 }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);

/** What came in, and what became of it, by the tables. */
async function books() {
  const [row] = await db.sql`
    select (select coalesce(sum(received_cents), 0) from payments)::int as received,
      (select coalesce(sum(total_cents), 0) from orders where status = 'paid')::int as kept,
      (select coalesce(sum(amount_cents), 0) from refunds where reason in ('out_of_stock', 'wrong_amount'))::int as owed,
      (select count(*) from payments where status = 'succeeded')::int as paid,
      (select count(*) from orders where status = 'paid')::int as sold,
      (select count(*) from refunds where reason in ('out_of_stock', 'wrong_amount'))::int as refunded`;
  return must(row) as Record<"received" | "kept" | "owed" | "paid" | "sold" | "refunded", number>;
}

async function expectSound() {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
  const [row] = await db.sql`select reconcile_stock() -> 'findings' as findings`;
  const amiss = (must(row).findings as { kind: string }[]).filter(
    ({ kind }) => !["refund_undone", "restock_undecided", "payment_overdue"].includes(kind),
  );
  expect(amiss).toEqual([]);
}

test("60 payments for 50 units, 20 of them late, each said three times by a crowd: 50 sales, 10 refunds", async () => {
  const variantId = await createVariant(db.sql, 50);
  const early = await pinned(db.sql, variantId, 30);
  const late = await pinned(db.sql, variantId, 20);
  for (const { paymentId } of late) await patiently(() => settle(db.sql, paymentId, expired, "expire"));
  const next = await pinned(db.sql, variantId, 10);
  const crowd = db.connect(90);
  const words = shuffled([...early, ...late, ...next].flatMap((payment) => [payment, payment, payment]));
  const answers: Settled[] = [];
  await Promise.all(
    crowd.map(async (session, i) => {
      for (const payment of words.filter((_, n) => n % crowd.length === i)) {
        answers.push(await patiently(() => settle(session, payment.paymentId, paid(payment))));
      }
    }),
  );
  const count = (outcome: string) => answers.filter((answer) => answer.outcome === outcome).length;
  expect({ sold: count("sold"), gone: count("refund_due"), already: count("already") }).toEqual({
    sold: 50,
    gone: 10,
    already: 120,
  });
  const { received, kept, owed, paid: came, sold, refunded } = await books();
  expect({ came, sold, refunded }).toEqual({ came: 60, sold: 50, refunded: 10 });
  expect(kept + owed).toBe(received);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 0, reserved: 0 });
  await expectSound();
}, 120_000);

test("payments end while everybody else does what they do: all is somewhere", async () => {
  const units = 40;
  const variantId = await createVariant(db.sql, units);
  const [row] = await db.sql`select id from locations where code = 'main'`;
  const before = await books();
  const payments = await pinned(db.sql, variantId, 30);
  let adjusted = 0;
  const ends = shuffled(
    payments.flatMap((payment, i): (() => (s: Sql) => Promise<unknown>)[] => {
      const say = (session: Parameters<typeof settle>[2], after: "return" | "expire") => () => (s: Sql) =>
        settle(s, payment.paymentId, session, after);
      if (i % 3 === 0)
        return [say(paid(payment), "return"), say(expired, "return"), say(paid(payment), "expire")];
      if (i % 3 === 1) return [say(expired, "expire"), say(failed, "return")];
      return [say(unpaid, "return"), say(paid(payment), "return")];
    }),
  );
  const others = Array.from({ length: 60 }, (_, i) => async (s: Sql) => {
    const shopperId = newShopper();
    if (i % 6 === 0) return sweep(s);
    if (i % 6 === 1) {
      const { outcome } = await adjust(s, variantId, must(row).id, 1);
      if (outcome === "adjusted") adjusted += 1;
      return;
    }
    const { reservation } = await patiently(() => reserve(s, shopperId, variantId, 1));
    if (!reservation) return;
    if (i % 6 === 2) return transfer(s, shopperId, newShopper());
    if (i % 6 === 3) return extend(s, shopperId);
    if (i % 6 === 4) return setQuantity(s, shopperId, reservation.reservationId, 2);
    const { payment } = await patiently(() => startCheckout(s, shopperId));
    if (i % 12 === 5 && payment) return patiently(() => settle(s, payment.paymentId, paid(payment)));
    return patiently(() => release(s, shopperId));
  });
  const owners = payments.map(
    ({ shopperId }, i) =>
      (s: Sql) =>
        i % 2 ? release(s, shopperId) : extend(s, shopperId),
  );
  const work = shuffled([...ends.map((end) => end()), ...others, ...owners]);
  const crowd = db.connect(100);
  await Promise.all(
    crowd.map(async (session, i) => {
      for (const job of work.filter((_, n) => n % crowd.length === i)) await patiently(() => job(session));
    }),
  );
  const after = await books();
  expect(after.kept - before.kept + after.owed - before.owed).toBe(after.received - before.received);
  expect(after.sold - before.sold + after.refunded - before.refunded).toBe(after.paid - before.paid);
  // Whoever paid has paid for good, in whatever order it was said.
  const [left] = await db.sql`select count(*)::int as count from payments
    where id in ${db.sql(payments.filter((_, i) => i % 3 !== 1).map(({ paymentId }) => paymentId))} and status <> 'succeeded'`;
  expect(left?.count).toBe(0);
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(units + adjusted - (after.sold - before.sold));
  await expectSound();
}, 120_000);

test("going back to the cart and paying at once, again and again: the hold is in one place", async () => {
  const variantId = await createVariant(db.sql, 3);
  await db.sql`update store_settings set max_paying_seconds = 864000`;
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  const crowd = db.connect(12);
  await Promise.all(
    crowd.map(async (session, i) => {
      for (let n = 0; n < 4; n++) {
        const { payment } = await patiently(() => startCheckout(session, shopperId));
        if (payment && i % 2) await patiently(() => settle(session, payment.paymentId, expired));
        if (i % 3 === 0) await patiently(() => reserve(session, shopperId, variantId, 1));
        if (i % 4 === 0) await patiently(() => release(session, shopperId));
      }
    }),
  );
  await expectSound();
}, 120_000);

test("refunds by a crowd, restocked by a crowd: no unit and no cent more than there was", async () => {
  const variantId = await createVariant(db.sql, 10);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 10);
  const payment = await pinCart(db.sql, shopperId);
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  const lineId = must(order.lines[0]).orderLineId;
  await Promise.all(
    db.connect(40).map(async (session, i) => {
      const answer = await patiently(() =>
        askRefund(session, order.orderId, [
          refundLine(lineId, 1 + (i % 3), i % 2 ? "restocked" : "undecided"),
        ]),
      );
      if (!answer.refundId || i % 2) return;
      await patiently(() => session`select decide_restock(${must(answer.refundId)}, ${lineId}, true)`);
    }),
  );
  const [row] = await db.sql`select sum(l.quantity)::int as units, sum(f.amount_cents)::int as cents
    from refund_lines l join refunds f on f.id = l.refund_id where l.order_line_id = ${lineId}`;
  expect(must(row).units).toBe(10);
  expect(must(row).cents).toBe(10_000);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 0 });
  await expectSound();
}, 120_000);
