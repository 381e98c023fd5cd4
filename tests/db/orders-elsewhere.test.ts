import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { details, type Order, patiently } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, claimRefunds, recordRefund, refundLine } from "../support/refunds.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  stockOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Orders that were paid elsewhere have no holds, and climb the same ladder.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

type Answer = { outcome: string; order: Order; refundId: string | null };
async function record(
  sql: Sql,
  quantity: number,
  {
    source = "phone",
    amountCents = quantity * 1000,
    currency = "EUR",
    intent = null as string | null,
    shopperId = null as string | null,
    more = {},
    line = {},
  } = {},
): Promise<Answer> {
  const [row] = await sql<{ answer: Answer }[]>`
    select record_paid_order(${source}, ${sql.json({ ...details, ...more })}, ${sql.json([{ variantId, quantity, ...line }])},
      ${sql.json({ amountCents, currency, paymentIntentId: intent })}, ${shopperId}) as answer`;
  return must(row).answer;
}

test("is sold where the units are free, at its own prices", async () => {
  const answer = await record(db.sql, 2, {
    amountCents: 1800,
    line: { unitPriceCents: 800 },
    more: { shippingCents: 200 },
  });
  expect(answer).toMatchObject({
    outcome: "sold",
    order: { status: "paid", source: "phone", totalCents: 1800, paymentStatus: "succeeded" },
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("at another location, if that one has them all", async () => {
  await addLocation(db.sql, variantId, 7, 9);
  expect((await record(db.sql, 6)).outcome).toBe("sold");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 6, reserved: 0 });
});

test("what others hold is not taken, nor what is kept back: the money goes back", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  await db.sql`update stock_levels set safety_stock = 1 where variant_id = ${variantId}`;
  const answer = await record(db.sql, 2, { intent: `pi_${randomUUID()}` });
  expect(answer).toMatchObject({
    outcome: "refund_due",
    order: { status: "refunded_out_of_stock", refunds: [{ refundId: answer.refundId, amountCents: 2000 }] },
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 3 });
  expect((await record(db.sql, 1)).outcome).toBe("sold");
});

test("another amount than asked goes back as it came", async () => {
  expect((await record(db.sql, 2, { amountCents: 1999 })).order).toMatchObject({
    status: "refunded",
    refunds: [{ amountCents: 1999, reason: "wrong_amount" }],
  });
  expect((await record(db.sql, 2, { currency: "USD" })).order.refunds).toMatchObject([{ currency: "USD" }]);
});

test("the same payment is the same order, however many bring it at once", async () => {
  const intent = `pi_${randomUUID()}`;
  const answers = await Promise.all(db.connect(20).map((s) => patiently(() => record(s, 1, { intent }))));
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([...Array(19).fill("already"), "sold"]);
  expect(new Set(answers.map(({ order }) => order.orderId)).size).toBe(1);
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(4);
});

test("many orders for few units: as many as there are units", async () => {
  const answers = await Promise.all(db.connect(30).map((s) => patiently(() => record(s, 1))));
  expect(answers.filter(({ outcome }) => outcome === "sold")).toHaveLength(5);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 0, reserved: 0 });
});

test("what did not come by Stripe is given back by hand: nobody claims it, somebody is told", async () => {
  const { order } = await record(db.sql, 2);
  const { refundId } = await askRefund(db.sql, order.orderId, [
    refundLine(must(order.lines[0]).orderLineId, 2),
  ]);
  expect((await claimRefunds(db.sql)).map((claimed) => claimed.refundId)).not.toContain(refundId);
  const open = () => db.sql`select kind from alerts where subject = ${must(refundId)} and closed_at is null`;
  expect(await open()).toEqual([{ kind: "refund_by_hand" }]);
  await recordRefund(db.sql, refundId, "succeeded", { id: "" });
  expect(await open()).toEqual([]);
});

test("what did not come by Stripe and is gone is given back by hand too", async () => {
  await hold(db.sql, newShopper(), variantId, 5);
  const { refundId } = await record(db.sql, 2);
  const alerts =
    await db.sql`select kind from alerts where subject = ${must(refundId)} and closed_at is null`;
  expect(alerts).toEqual([{ kind: "refund_by_hand" }]);
});

test("a shopper who is known sees it among the own orders", async () => {
  const shopperId = newShopper();
  const { order } = await record(db.sql, 1, { shopperId });
  const [row] = await db.sql`select get_order(${order.orderId}, ${shopperId}) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("found");
});

test("an unknown variant and nonsense change nothing", async () => {
  expect((await record(db.sql, 1, { line: { variantId: randomUUID() } })).outcome).toBe("variant_not_found");
  for (const [quantity, but] of [
    [0, {}],
    [1_000_000, {}],
    [1.5, {}],
    [1, { source: "checkout" }],
    [1, { amountCents: -1 }],
    [1, { currency: "E" }],
    [1, { line: { variantId: "x" } }],
    [1, { line: { unitPriceCents: -1 } }],
    [1, { more: { country: "Germany" } }],
    [1, { more: { shippingCents: -1 } }],
  ] as const) {
    expect(await sqlStateOf(record(db.sql, quantity, but)), JSON.stringify([quantity, but])).toBe("HF001");
  }
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(5);
});
