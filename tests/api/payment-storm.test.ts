import { afterAll, beforeAll, expect, test } from "vitest";
import { describe as describeReport } from "../payment-storm/report.ts";
import { startGround } from "../payment-storm/stack.ts";
import { runPaymentStorm } from "../payment-storm/storm.ts";
import { must } from "../support/shop.ts";

// 500 payments and 5,000 deliveries, and nobody loses a cent. `npm run storm:payments` does ten times as many.

const seed = Number(process.env.HOLDFAST_SEED ?? Math.floor(Math.random() * 1e9));
let ground: Awaited<ReturnType<typeof startGround>>;
beforeAll(async () => {
  ground = await startGround();
}, 300_000);
afterAll(() => ground?.stop());

test(`however often and in whatever order events come, paid = sold + refunded (seed ${seed})`, async () => {
  const report = await runPaymentStorm(ground, { payments: 500, deliveries: 5_000, seed, say: () => {} });
  console.log(describeReport(report, seed));
  expect(report.faults).toEqual([]);
  expect(report.deliveries).toBeGreaterThanOrEqual(5_000);
  // Otherwise it was no storm. Late payments for what others may give back are sold or refunded, as it comes.
  expect(report.fates).toEqual({
    paid: 310,
    "debit succeeds": 40,
    "debit fails": 30,
    abandoned: 30,
    late: 75,
    "a cent less": 15,
  });
  expect(report.owedBack).toBe(15 + 25);
  expect(report.refunded).toBeGreaterThanOrEqual(report.owedBack);
  expect(report.sold).toBeGreaterThanOrEqual(310 + 40);
  expect(report.unpaid).toBe(30 + 30);

  // The verdict has teeth: a cent that nobody owes, and a unit that came from nowhere. By card: what goes back to a bank
  // account is on its way for days.
  const [sold] = await ground.sql<{ intent: string; variantId: string }[]>`
    select p.payment_intent_id as intent, l.variant_id as "variantId" from payments p join orders o on o.id = p.order_id
    join order_lines l on l.order_id = o.id where o.status = 'paid' and not exists (
      select from payment_events e where e.payment_id = p.id and e.type like '%async_payment%') limit 1`;
  await ground.stripe.refunds.create({ payment_intent: must(sold).intent, amount: 1 });
  expect((await report.judgeAgain()).faults).toHaveLength(2);
  await ground.sql`update stock_levels set on_hand = on_hand + 1 where variant_id = ${must(sold).variantId}`;
  expect((await report.judgeAgain()).faults).toHaveLength(3);
}, 900_000);
