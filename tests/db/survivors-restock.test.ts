import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buy, type Order, orderOf, startCheckout } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, type RefundLine, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  stockOf,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// What no other test noticed of units that come back, and of money that goes back in the dashboard, when `npm run mutate:db` took single guards away.

const db = useTestDatabase();
let variantId = "";
let order: Order;
let lineId = "";
let intent = "";
/** Bought beside it, of the same variant. */
let other: Order;

beforeEach(async () => {
  await db.sql`update refunds set claimed_until = 'infinity' where status in ('requested', 'pending')`;
  variantId = await createVariant(db.sql, 9);
  const sell = async () => {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId, 3);
    return buy(db.sql, shopperId);
  };
  [other, order] = [await sell(), await sell()];
  lineId = must(order.lines[0]).orderLineId;
  intent = `pi_${order.paymentId}`;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const ask = (amountCents: number) => askRefund(db.sql, order.orderId, [], { amountCents });
const back = (quantity: number, restock: "undecided" | "restocked" = "undecided", amountCents = 1) =>
  askRefund(db.sql, order.orderId, [refundLine(lineId, quantity, restock)], { amountCents });
const outside = (
  amountCents: unknown,
  { status = "succeeded", refundId = `re_${randomUUID()}`, event = "" } = {},
) =>
  answerOf(db.sql, "record_outside_refund($1, $2, $3, 't')", [
    intent,
    { refundId, amountCents, status },
    event || null,
  ]);
const statuses = async () => (await orderOf(db.sql, order.orderId)).refunds.map(({ status }) => status);
const mails = async (orderId = order.orderId) =>
  (await db.sql`select kind from outgoing_mails where order_id = ${orderId} and kind <> 'confirmation'`).map(
    (m) => m.kind,
  );

/** A gift, bought. */
async function buyGift() {
  const gift = await createVariant(db.sql, 2, { priceCents: 0 });
  const shopperId = newShopper();
  await db.sql`update store_settings set shipping_cents = 0`;
  await hold(db.sql, shopperId, gift);
  const answer = await startCheckout(db.sql, shopperId, { totalCents: 0 });
  await db.sql`update store_settings set shipping_cents = 490`;
  return { gift, order: must(answer.order) };
}

test("a gift comes back without anybody being asked for money", async () => {
  const { order: free } = await buyGift();
  const line = refundLine(must(free.lines[0]).orderLineId, 1);
  const { refundId } = await askRefund(db.sql, free.orderId, [line]);
  expect(await db.sql`select 1 from alerts where subject = ${must(refundId)}`).toEqual([]);
});

test("a gift that is cancelled is on the shelf again, and its order is over", async () => {
  const { gift, order: free } = await buyGift();
  expect(await answerOf(db.sql, "cancel_order($1, true)", [free.orderId])).toMatchObject({
    outcome: "cancelled",
    order: { status: "refunded", refunds: [{ amountCents: 0 }] },
  });
  expect(await stockOf(db.sql, gift)).toEqual({ on_hand: 2, reserved: 0 });
});

test("cancelled when all units are back: what is left of the money follows; when all of that is on its way, nothing", async () => {
  await back(3, "undecided", 3000);
  const { order: cancelled } = await answerOf(db.sql, "cancel_order($1)", [order.orderId]);
  expect(cancelled.refunds.map((one: { amountCents: number }) => one.amountCents)).toEqual([3000, 490]);
  await askRefund(db.sql, other.orderId, [refundLine(must(other.lines[0]).orderLineId, 3)], {
    amountCents: 3490,
  });
  const answer = await answerOf(db.sql, "cancel_order($1)", [other.orderId]);
  expect(answer).toMatchObject({ outcome: "cancelled", refundId: null });
  expect(answer.order.refunds).toHaveLength(1);
  expect(await sqlStateOf(answerOf(db.sql, "cancel_order($1, true, '')", [order.orderId]))).toBe("HF001");
});

test("units go back where they were sold from, and nothing else does", async () => {
  const elsewhere = await addLocation(db.sql, variantId, 1, 9);
  const beside = await createVariant(db.sql, 4);
  await back(2, "restocked");
  const levels = await db.sql`select location_id = ${elsewhere} as is_elsewhere, on_hand from stock_levels
    where variant_id = ${variantId} order by on_hand`;
  expect(levels).toEqual([
    { is_elsewhere: true, on_hand: 1 },
    { is_elsewhere: false, on_hand: 5 },
  ]);
  expect((await stockOf(db.sql, beside)).on_hand).toBe(4);
});

test("what is on the shelf again cannot come back once more, though its refund failed", async () => {
  const first = await back(1, "restocked");
  await recordRefund(db.sql, first.refundId, "failed");
  expect((await back(3)).outcome).toBe("exceeds");
  expect((await back(2)).outcome).toBe("requested");
  // Its own units are no reason against it.
  expect((await retryRefund(db.sql, first.refundId)).outcome).toBe("requested");
});

test.each([
  [{ refundId: "" }, 1],
  [{}, "x"],
  [{}, null],
  [{}, -1],
])("no refund of the dashboard: %j, %s", async (but, amount) => {
  expect(await sqlStateOf(outside(amount, but))).toBe("HF001");
});

test("a refund of the dashboard may take its time, and may fail", async () => {
  const refundId = `re_${randomUUID()}`;
  expect((await outside(10, { status: "pending", refundId })).outcome).toBe("recorded");
  expect(await mails()).toEqual([]);
  expect((await orderOf(db.sql, order.orderId)).refundedCents).toBe(0);
  expect((await outside(10, { refundId })).outcome).toBe("recorded");
  expect(await mails()).toEqual(["refunded"]);
  expect((await outside(10, { status: "failed" })).outcome).toBe("already");
  expect(await statuses()).toEqual(["succeeded"]);
});

test("an event about a refund of the dashboard is heard once, and one that came too early may come again", async () => {
  const event = randomUUID();
  intent = "pi_nobody";
  expect((await outside(10, { event })).outcome).toBe("not_found");
  intent = `pi_${order.paymentId}`;
  expect((await outside(10, { event })).outcome).toBe("recorded");
  expect((await outside(10, { event })).outcome).toBe("duplicate_event");
  expect(await statuses()).toEqual(["succeeded"]);
  expect((await outside(10, { event: randomUUID() })).outcome).toBe("recorded");
});

test("our refunds give way as far as need be, the newest first, and none that is at Stripe, nor of another order", async () => {
  const foreign = await askRefund(db.sql, other.orderId, [], { amountCents: other.totalCents });
  const first = await ask(1000);
  const second = await ask(1000);
  await outside(order.totalCents - 2000);
  expect(await statuses()).toEqual(["requested", "requested", "succeeded"]);
  await outside(500);
  expect(await statuses()).toEqual(["requested", "failed", "succeeded", "succeeded"]);
  expect(must((await orderOf(db.sql, order.orderId)).refunds[1]).refundId).toBe(second.refundId);
  await recordRefund(db.sql, first.refundId, "pending");
  expect((await outside(1000)).outcome).toBe("exceeds");
  expect((await orderOf(db.sql, other.orderId)).refunds).toMatchObject([
    { refundId: foreign.refundId, status: "requested" },
  ]);
});

const decide = (refundId: string | undefined, line: string, restock: boolean | null) =>
  answerOf(db.sql, "decide_restock($1, $2, $3)", [must(refundId), line, restock]);
const undecided = async () =>
  (await orderOf(db.sql, order.orderId)).refunds.map(({ lines }) => lines.map(({ restock }) => restock));

test("what is decided of one refund is not decided of another, nor of another line", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  await hold(db.sql, shopperId, await createVariant(db.sql, 3), 1);
  const two = await buy(db.sql, shopperId);
  const [one, another] = two.lines.map((line) => line.orderLineId) as [string, string];
  const both = await askRefund(db.sql, two.orderId, [refundLine(one, 1), refundLine(another, 1)]);
  const decided = (await decide(both.refundId, another, true)).order.refunds[0].lines as RefundLine[];
  expect(decided.find(({ orderLineId }) => orderLineId === one)?.restock).toBe("undecided");
  expect(decided.find(({ orderLineId }) => orderLineId === another)?.restock).toBe("restocked");
  const [first, second] = [await back(1), await back(1)];
  expect((await decide(second.refundId, lineId, false)).outcome).toBe("decided");
  expect(await undecided()).toEqual([["undecided"], ["kept_out"]]);
  expect((await decide(first.refundId, lineId, true)).outcome).toBe("decided");
  expect(await sqlStateOf(decide(first.refundId, lineId, null))).toBe("HF001");
});

test("units of a refund that failed are not put back where they came back with another", async () => {
  const failed = await back(2);
  await recordRefund(db.sql, failed.refundId, "failed");
  const again = await back(2);
  expect((await decide(failed.refundId, lineId, true)).outcome).toBe("exceeds");
  expect((await decide(again.refundId, lineId, true)).outcome).toBe("decided");
  await recordRefund(db.sql, again.refundId, "failed");
  expect((await decide(failed.refundId, lineId, true)).outcome).toBe("exceeds");
});
