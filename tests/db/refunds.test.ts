import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  expired,
  type Order,
  orderOf,
  paid,
  patiently,
  pinCart,
  settle,
  shipping,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import {
  askRefund,
  claimRefunds,
  recordOutside,
  recordRefund,
  refundLine,
  retryRefund,
  undone,
} from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper, stockOf } from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// No more goes back than came, and a refund is done when Stripe says so.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let order: Order;
let lineId = "";

beforeEach(async () => {
  // What other tests left undone is nobody's here.
  await db.sql`update refunds set claimed_until = 'infinity'`;
  await db.sql`update store_settings set shipping_cents = ${shipping}`;
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 3);
  order = await buy(db.sql, shopperId);
  lineId = must(order.lines[0]).orderLineId;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const ask = (quantity: number, but = {}) =>
  askRefund(db.sql, order.orderId, [refundLine(lineId, quantity)], but);
const mails = async () =>
  (
    await db.sql`select kind from outgoing_mails where order_id = ${order.orderId} and kind <> 'confirmation'`
  ).map((m) => m.kind);

test("in part: what the lines cost, once Stripe says so; then the shopper is told", async () => {
  const answer = await ask(2);
  expect(answer).toMatchObject({
    outcome: "requested",
    order: {
      status: "paid",
      refundedCents: 0,
      refunds: [{ amountCents: 2000, status: "requested", reason: "requested" }],
    },
  });
  const [claimed] = await claimRefunds(db.sql);
  expect(claimed).toMatchObject({
    refundId: answer.refundId,
    attempt: 1,
    amountCents: 2000,
    currency: "EUR",
    stripeRefundId: null,
  });
  expect(await claimRefunds(db.sql)).toEqual([]);
  await recordRefund(db.sql, answer.refundId, "pending");
  expect((await orderOf(db.sql, order.orderId)).refundedCents).toBe(0);
  expect(await mails()).toEqual([]);
  expect((await recordRefund(db.sql, answer.refundId, "succeeded")).order).toMatchObject({
    status: "paid",
    refundedCents: 2000,
    lines: [{ refundedQuantity: 2 }],
  });
  expect(await mails()).toEqual(["refunded"]);
});

test("all of it: with the last cent the order is refunded", async () => {
  const first = await ask(2);
  await recordRefund(db.sql, first.refundId, "succeeded");
  const rest = await ask(1, { includesShipping: true });
  expect(must(rest.order.refunds[1]).amountCents).toBe(1000 + shipping);
  expect((await recordRefund(db.sql, rest.refundId, "succeeded")).order).toMatchObject({
    status: "refunded",
    refundedCents: order.totalCents,
  });
});

test("never more units than were sold, never more money than was received", async () => {
  expect(await ask(4)).toMatchObject({ outcome: "exceeds", refundableCents: order.totalCents });
  expect(await ask(1, { amountCents: order.totalCents + 1 })).toMatchObject({ outcome: "exceeds" });
  await ask(2);
  expect(await ask(2)).toMatchObject({ outcome: "exceeds", refundableCents: order.totalCents - 2000 });
  expect((await askRefund(db.sql, order.orderId, [refundLine(randomUUID(), 1)])).outcome).toBe("exceeds");
  expect((await askRefund(db.sql, order.orderId, [])).outcome).toBe("not_refundable");
  expect((await askRefund(db.sql, order.orderId, [], { amountCents: order.totalCents - 2000 })).outcome).toBe(
    "requested",
  );
  expect((await askRefund(db.sql, order.orderId, [], { amountCents: 1 })).outcome).toBe("exceeds");
});

test("ten at once: as many as there is money for", async () => {
  const answers = await Promise.all(
    db
      .connect(10)
      .map((s) => patiently(() => askRefund(s, order.orderId, [refundLine(lineId, 1, "restocked")]))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array(7).fill("exceeds"),
    ...Array(3).fill("requested"),
  ]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
});

test("ten at once with one key are one", async () => {
  const key = newKey();
  const answers = await Promise.all(
    db.connect(10).map((s) => patiently(() => askRefund(s, order.orderId, [refundLine(lineId, 1)], { key }))),
  );
  expect(new Set(answers.map(({ refundId }) => refundId)).size).toBe(1);
  expect((await orderOf(db.sql, order.orderId)).refunds).toHaveLength(1);
  expect(
    (await askRefund(db.sql, order.orderId, [], { key: newKey("other", key.idempotencyKey) })).outcome,
  ).toBe("idempotency_mismatch");
});

test("only what was paid is refunded, and only what there is", async () => {
  await hold(db.sql, shopperId, variantId);
  const payment = await pinCart(db.sql, shopperId);
  expect((await askRefund(db.sql, payment.orderId, [], { amountCents: 1 })).outcome).toBe("not_refundable");
  await settle(db.sql, payment.paymentId, expired, "expire");
  expect((await askRefund(db.sql, payment.orderId, [], { amountCents: 1 })).outcome).toBe("not_refundable");
  expect((await askRefund(db.sql, randomUUID(), [], { amountCents: 1 })).outcome).toBe("not_found");
});

test("a failure stays on the worklist and is retried by hand, as the next attempt", async () => {
  const { refundId } = await ask(2);
  expect((await recordRefund(db.sql, refundId, "failed", { error: "no account" })).outcome).toBe("recorded");
  expect(
    await db.sql`select kind from alerts where subject = ${must(refundId)} and closed_at is null`,
  ).toEqual([{ kind: "refund_failed" }]);
  expect(await claimRefunds(db.sql)).toEqual([]);
  expect(await undone(db.sql)).toContain(order.number);
  expect((await retryRefund(db.sql, refundId)).outcome).toBe("requested");
  expect((await retryRefund(db.sql, refundId)).outcome).toBe("not_failed");
  expect(await claimRefunds(db.sql)).toMatchObject([{ refundId, attempt: 2, stripeRefundId: null }]);
  // What is said late of the first attempt is said of another refund.
  expect((await recordRefund(db.sql, refundId, "failed", { attempt: 1 })).outcome).toBe("already");
  await recordRefund(db.sql, refundId, "succeeded", { id: "re_again", attempt: 2 });
  expect(
    await db.sql`select kind from alerts where subject = ${must(refundId)} and closed_at is null`,
  ).toEqual([]);
  expect(await undone(db.sql)).not.toContain(order.number);
});

test("a failure leaves room for the same money to go back in another way, and then has none", async () => {
  const { refundId } = await ask(3, { includesShipping: true });
  await recordRefund(db.sql, refundId, "failed");
  const again = await ask(3, { includesShipping: true });
  expect(again.outcome).toBe("requested");
  expect((await retryRefund(db.sql, refundId)).outcome).toBe("exceeds");
  await recordRefund(db.sql, again.refundId, "succeeded");
  expect(await undone(db.sql)).not.toContain(order.number);
});

test("news may overtake each other: what is final stays, but a success may be taken back", async () => {
  const { refundId } = await ask(1);
  expect((await recordRefund(db.sql, refundId, "succeeded")).outcome).toBe("recorded");
  for (const status of ["pending", "requires_action", "succeeded"] as const) {
    expect((await recordRefund(db.sql, refundId, status)).outcome, status).toBe("already");
  }
  expect((await recordRefund(db.sql, refundId, "failed")).order.refundedCents).toBe(0);
  expect((await recordRefund(db.sql, refundId, "succeeded")).outcome).toBe("already");
  expect((await recordRefund(db.sql, refundId, "failed", { id: "re_other" })).outcome).toBe("already");
});

test("an event about a refund is heard once, however many bring it", async () => {
  const { refundId } = await ask(1);
  const event = randomUUID();
  const answers = await Promise.all(
    db.connect(20).map((s) => patiently(() => recordRefund(s, refundId, "succeeded", { event }))),
  );
  expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
    ...Array(19).fill("duplicate_event"),
    "recorded",
  ]);
  expect((await recordRefund(db.sql, randomUUID(), "succeeded")).outcome).toBe("not_found");
});

const intentOf = async () =>
  must((await db.sql`select payment_intent_id as id from payments where order_id = ${order.orderId}`)[0])
    .id as string;

test("what somebody gives back in the dashboard counts, once", async () => {
  const intent = await intentOf();
  const re = `re_${randomUUID()}`;
  expect(await recordOutside(db.sql, intent, re, 1000)).toMatchObject({
    outcome: "recorded",
    order: { refundedCents: 1000, refunds: [{ reason: "outside", status: "succeeded" }] },
  });
  expect((await recordOutside(db.sql, intent, re, 1000)).outcome).toBe("already");
  expect((await ask(3, { includesShipping: true })).outcome).toBe("exceeds");
  expect((await recordOutside(db.sql, "pi_unknown", re, 1000)).outcome).toBe("not_found");
});

test("a refund of our own is known by its id at Stripe, whoever tells of it", async () => {
  const { refundId } = await ask(1);
  await recordRefund(db.sql, refundId, "pending", { id: "re_ours" });
  expect((await recordOutside(db.sql, await intentOf(), "re_ours", 1000)).order.refunds).toMatchObject([
    { refundId, status: "succeeded" },
  ]);
});

test("nothing is refunded outside before its payment is settled", async () => {
  await hold(db.sql, shopperId, variantId);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, {
    status: "complete",
    paymentStatus: "unpaid",
    paymentIntentId: "pi_late",
  });
  expect((await recordOutside(db.sql, "pi_late", "re_late", 1)).outcome).toBe("not_settled");
  await settle(db.sql, payment.paymentId, paid(payment, { paymentIntentId: "pi_late" }));
  expect((await recordOutside(db.sql, "pi_late", "re_late", 1)).outcome).toBe("recorded");
});

test("units of no price come back, too", async () => {
  await db.sql`update store_settings set shipping_cents = 0`;
  const gift = await createVariant(db.sql, 2, { priceCents: 0 });
  await hold(db.sql, shopperId, gift);
  const [row] =
    await db.sql`select start_checkout(${shopperId}, (get_cart(${shopperId}) ->> 'cartVersion'), 0,
    '{"email":"a@b.c","name":"A","line1":"L","postalCode":"1","city":"C","country":"DE"}', 'https://x.test') as answer`;
  const free = must(row).answer.order as Order;
  const line = refundLine(must(free.lines[0]).orderLineId, 1, "restocked");
  expect(await askRefund(db.sql, free.orderId, [line])).toMatchObject({
    outcome: "requested",
    order: { status: "paid", refunds: [{ amountCents: 0, status: "succeeded" }] },
  });
  expect(await stockOf(db.sql, gift)).toEqual({ on_hand: 2, reserved: 0 });
});
