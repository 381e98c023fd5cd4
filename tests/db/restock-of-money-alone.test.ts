import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buy, type Order, orderOf, patiently, settle, shipping } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, recordOutside, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper, stockOf } from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Money that went back without naming units: by an amount alone, or in Stripe's dashboard. Their way back to the shelf.

const db = useTestDatabase();
let variantId = "";
let order: Order;
let lineId = "";

beforeEach(async () => {
  await db.sql`update store_settings set shipping_cents = ${shipping}`;
  variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 3);
  order = await buy(db.sql, shopperId);
  lineId = must(order.lines[0]).orderLineId;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** As somebody pays back in the dashboard; all of it unless said otherwise. Answers the refund's id. */
async function payBackOutside(amountCents = order.totalCents): Promise<string> {
  const answer = await recordOutside(db.sql, `pi_${order.paymentId}`, `re_${randomUUID()}`, amountCents);
  expect(answer.outcome).toBe("recorded");
  return must(answer.order.refunds.at(-1)).refundId;
}

async function decide(
  refundId: string | undefined,
  restock: boolean,
  quantity: number | null,
  { line = lineId, sql = db.sql as Sql } = {},
): Promise<string> {
  const [row] = await sql<{ answer: { outcome: string } }[]>`
    select decide_restock(${must(refundId)}, ${line}, ${restock}, ${quantity}) as answer`;
  return must(row).answer.outcome;
}

const onHand = async () => (await stockOf(db.sql, variantId))?.on_hand;
const isWaiting = async () => {
  const [row] = await db.sql<{ answer: { orders: Order[] } }[]>`
    select search_orders('{"worklist": "restock_undecided"}', 200) as answer`;
  const [other] = await db.sql<{ answer: { findings: { kind: string; orderId: string }[] } }[]>`
    select reconcile_stock() as answer`;
  const found = must(other).answer.findings.some(
    ({ kind, orderId }) => kind === "restock_undecided" && orderId === order.orderId,
  );
  const listed = must(row).answer.orders.some(({ orderId }) => orderId === order.orderId);
  expect(found).toBe(listed);
  return listed;
};

test("all of it in the dashboard: the order waits for a decision, and its units are back once", async () => {
  const refundId = await payBackOutside();
  expect((await orderOf(db.sql, order.orderId)).status).toBe("refunded");
  expect(await isWaiting()).toBe(true);
  expect(await decide(refundId, true, 2)).toBe("decided");
  expect(await onHand()).toBe(4);
  expect(await isWaiting()).toBe(false);
  expect(await decide(refundId, true, 2)).toBe("already");
  expect(await decide(refundId, false, 1)).toBe("already");
  expect(await onHand()).toBe(4);
  expect((await orderOf(db.sql, order.orderId)).lines).toMatchObject([{ refundedQuantity: 2 }]);
});

test("the rest of it in the dashboard, after one unit by its line: the order waits for the other two", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 1, "restocked")]);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await isWaiting()).toBe(false);
  const rest = await payBackOutside(order.totalCents - 1000);
  expect((await orderOf(db.sql, order.orderId)).status).toBe("refunded");
  expect(await isWaiting()).toBe(true);
  expect(await decide(rest, false, 2)).toBe("decided");
  expect(await isWaiting()).toBe(false);
});

test("all of it by lines that name fewer units: no refund can take the rest, and nothing waits", async () => {
  const all = { amountCents: order.totalCents };
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 1, "restocked")], all);
  expect((await recordRefund(db.sql, refundId, "succeeded")).order.status).toBe("refunded");
  expect(await decide(refundId, true, 2)).toBe("already");
  expect(await isWaiting()).toBe(false);
  // Nor with the money of a second payment, which was for no units.
  const again = { sessionId: `cs_${randomUUID()}`, paymentIntentId: `pi_${randomUUID()}`, currency: "eur" };
  const session = { status: "complete", paymentStatus: "paid", amountCents: order.totalCents } as const;
  await settle(db.sql, order.paymentId, { ...session, ...again });
  const [, second] = (await orderOf(db.sql, order.orderId)).refunds;
  expect(second).toMatchObject({ reason: "second_payment" });
  expect(await decide(second?.refundId, true, 2)).toBe("not_found");
  expect(await isWaiting()).toBe(false);
});

test("an amount alone: units may come with it, and may be kept out", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [], { amountCents: 500 });
  expect(await isWaiting()).toBe(false);
  expect(await decide(refundId, false, 1)).toBe("decided");
  expect(await onHand()).toBe(2);
});

test("never more than were sold, nor what came back with another refund", async () => {
  const refundId = await payBackOutside(500);
  expect(await decide(refundId, true, 4)).toBe("exceeds");
  await askRefund(db.sql, order.orderId, [refundLine(lineId, 2, "restocked")], { amountCents: 100 });
  expect(await decide(refundId, true, 2)).toBe("exceeds");
  expect(await decide(refundId, true, 1)).toBe("decided");
  expect(await onHand()).toBe(5);
});

test("ten at once put the units back once", async () => {
  const refundId = await payBackOutside();
  const outcomes = await Promise.all(
    db.connect(10).map((sql) => patiently(() => decide(refundId, true, 3, { sql }))),
  );
  expect(outcomes.toSorted()).toEqual([...Array(9).fill("already"), "decided"]);
  expect(await onHand()).toBe(5);
});

test("not for a refund that failed, units of another order, or without saying how many", async () => {
  const refundId = await payBackOutside();
  const other = newShopper();
  await hold(db.sql, other, variantId, 1);
  const line = must((await buy(db.sql, other)).lines[0]).orderLineId;
  expect(await decide(refundId, true, 1, { line })).toBe("not_found");
  expect(await decide(refundId, true, null)).toBe("not_found");
  expect(await sqlStateOf(decide(refundId, true, 0))).toBe("HF001");
  await db.sql`select record_outside_refund(${`pi_${order.paymentId}`}, jsonb_build_object('refundId', (
    select stripe_refund_id from refunds where id = ${refundId}), 'amountCents', 1, 'status', 'failed'))`;
  expect(await decide(refundId, true, 1)).toBe("not_found");
  expect(await onHand()).toBe(1);
});

test("what a refund names already is decided as it is named there", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 1)]);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await isWaiting()).toBe(true);
  expect(await decide(refundId, true, 3)).toBe("decided");
  expect(await onHand()).toBe(3);
});
