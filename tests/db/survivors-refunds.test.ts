import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buy, expired, type Order, orderOf, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, claimRefunds, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// What no other test noticed of refunds when `npm run mutate:db` took single guards away.

const db = useTestDatabase();
let variantId = "";
let order: Order;
let lineId = "";
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
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const ask = (amountCents: number) => askRefund(db.sql, order.orderId, [], { amountCents });
const mails = async (orderId = order.orderId) =>
  (await db.sql`select kind from outgoing_mails where order_id = ${orderId} and kind <> 'confirmation'`).map(
    (m) => m.kind,
  );

test.each([
  [{}],
  [["x"]],
  [[{ orderLineId: "x", quantity: 1, restock: "undecided" }]],
  [[{ orderLineId: randomUUID(), quantity: "x", restock: "undecided" }]],
  [[{ orderLineId: randomUUID(), quantity: 0, restock: "undecided" }]],
  [[{ orderLineId: randomUUID(), quantity: 1, restock: "eaten" }]],
  [[{ orderLineId: randomUUID(), quantity: 1 }]],
])("lines of a refund that are none: %j", async (lines) => {
  expect(await sqlStateOf(answerOf(db.sql, "request_refund($1, $2)", [order.orderId, lines]))).toBe("HF001");
});

test("one line of an order is one line of a refund", async () => {
  const twice = [refundLine(lineId, 1), refundLine(lineId, 1)];
  expect(await sqlStateOf(askRefund(db.sql, order.orderId, twice))).toBe("HF001");
});

test.each([
  [-1, false, "requested", "admin"],
  [1, null, "requested", "admin"],
  [1, false, "gift", "admin"],
  [1, false, null, "admin"],
  [1, false, "requested", ""],
])("a refund that nobody can mean: %s, %s, %s, by '%s'", async (...values) => {
  const call = answerOf(db.sql, "request_refund($1, '[]', $2, $3, $4, $5)", [order.orderId, ...values]);
  expect(await sqlStateOf(call)).toBe("HF001");
});

test("what another order bought is no line of this one", async () => {
  const foreign = refundLine(must(other.lines[0]).orderLineId, 1);
  expect((await askRefund(db.sql, order.orderId, [foreign])).outcome).toBe("exceeds");
});

test.each([
  [null],
  ["x"],
  [{ status: "gone" }],
  [{ status: "pending" }],
  [{ status: "requires_action", refundId: "" }],
])("no word of Stripe about a refund: %j", async (said) => {
  const { refundId } = await ask(1);
  expect(await sqlStateOf(answerOf(db.sql, "record_refund($1, $2)", [refundId, said]))).toBe("HF001");
});

test("who gives money back by hand has no id at Stripe for it", async () => {
  const { refundId } = await ask(1);
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "" })).outcome).toBe("recorded");
});

test("what is said of another refund at Stripe is not said of this one", async () => {
  const { refundId } = await ask(1);
  await recordRefund(db.sql, refundId, "pending", { id: `re_${randomUUID()}` });
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: `re_${randomUUID()}` })).outcome).toBe(
    "already",
  );
});

test("an event about a refund that nobody knows yet may come again", async () => {
  const { refundId } = await ask(1);
  const event = randomUUID();
  await recordRefund(db.sql, randomUUID(), "succeeded", { event });
  expect((await recordRefund(db.sql, refundId, "succeeded", { event })).outcome).toBe("recorded");
});

test.each([0, 1001, null])("%s refunds are not claimed", async (limit) => {
  expect(await sqlStateOf(claimRefunds(db.sql, limit as number))).toBe("HF001");
});

test("refunds are claimed as many at a time as are asked for, and no others are touched", async () => {
  const first = await ask(1);
  const second = await ask(1);
  expect((await claimRefunds(db.sql, 1)).map(({ refundId }) => refundId)).toEqual([first.refundId]);
  expect((await claimRefunds(db.sql, 1)).map(({ refundId }) => refundId)).toEqual([second.refundId]);
  await db.sql`update refunds set claimed_until = clock_timestamp() where id = ${must(first.refundId)}`;
  expect((await claimRefunds(db.sql, 9)).map(({ refundId }) => refundId)).toEqual([first.refundId]);
});

test("what Stripe works on is looked at in an hour, not at once", async () => {
  const { refundId } = await ask(1);
  await recordRefund(db.sql, refundId, "pending");
  expect(await claimRefunds(db.sql)).toEqual([]);
});

test("money that came by Stripe goes back by Stripe: nobody is asked to do it by hand", async () => {
  const { refundId } = await ask(1);
  expect(await db.sql`select 1 from alerts where subject = ${must(refundId)}`).toEqual([]);
});

test("a refund is counted by its own order alone: no other is written", async () => {
  const versionOf = async () =>
    must((await db.sql`select xmin::text from orders where id = ${other.orderId}`)[0]).xmin;
  const before = await versionOf();
  await recordRefund(db.sql, (await ask(1)).refundId, "succeeded");
  expect(await versionOf()).toBe(before);
});

test("a refund of everything is none before Stripe says so, whatever else becomes of it", async () => {
  const { refundId } = await ask(order.totalCents);
  await recordRefund(db.sql, refundId, "pending");
  expect((await orderOf(db.sql, order.orderId)).status).toBe("paid");
  await recordRefund(db.sql, refundId, "failed");
  expect((await orderOf(db.sql, order.orderId)).status).toBe("paid");
});

test("money that went back in another way is not sent again", async () => {
  const first = await ask(order.totalCents);
  await recordRefund(db.sql, first.refundId, "failed");
  expect((await ask(1)).outcome).toBe("requested");
  expect((await retryRefund(db.sql, first.refundId)).outcome).toBe("exceeds");
});

test("who was told that it is gone is not told again when the money is back", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 3);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), variantId, 3);
  const { refundId } = await settle(db.sql, payment.paymentId, paid(payment));
  await recordRefund(db.sql, must(refundId ?? undefined), "succeeded");
  expect(await mails(payment.orderId)).toEqual(["out_of_stock"]);
});

test("an event without an id is none", async () => {
  expect(await sqlStateOf(answerOf(db.sql, "note_event('', 't')"))).toBe("HF001");
});
