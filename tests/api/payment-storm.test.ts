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
  // Otherwise it was no storm.
  expect(report.sold).toBeGreaterThan(300);
  expect(report.refunded).toBeGreaterThan(10);
  expect(report.unpaid).toBeGreaterThan(10);

  // The verdict has teeth: a cent that nobody owes, and a unit that came from nowhere.
  const [sold] = await ground.sql<{ intent: string; variantId: string }[]>`
    select p.payment_intent_id as intent, l.variant_id as "variantId" from payments p join orders o on o.id = p.order_id
    join order_lines l on l.order_id = o.id where o.status = 'paid' limit 1`;
  await ground.stripe.refunds.create({ payment_intent: must(sold).intent, amount: 1 });
  expect((await report.judgeAgain()).faults).toHaveLength(2);
  await ground.sql`update stock_levels set on_hand = on_hand + 1 where variant_id = ${must(sold).variantId}`;
  expect((await report.judgeAgain()).faults).toHaveLength(3);
}, 900_000);
