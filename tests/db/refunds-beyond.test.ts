import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buy, type Order, orderOf, shipping } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordOutside, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// Refunds for which the books have no room: not in them, but somebody is told, for as long as it is so.

const db = useTestDatabase();
let order: Order;
let lineId = "";

beforeEach(async () => {
  await db.sql`update store_settings set shipping_cents = ${shipping}`;
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 5), 3);
  order = await buy(db.sql, shopperId);
  lineId = must(order.lines[0]).orderLineId;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const ask = (quantity: number, but = {}) =>
  askRefund(db.sql, order.orderId, [refundLine(lineId, quantity)], but);
const intent = () => `pi_${order.paymentId}`;

/** Open alerts about refunds of the order for which there is no room, by the id at Stripe. */
const beyond = async () =>
  (
    await db.sql`select subject from alerts where kind = 'refund_beyond' and closed_at is null
      and details ->> 'orderId' = ${order.orderId}`
  ).map(({ subject }) => subject);

test("beyond what was received: not in the books, but told once and acknowledged", async () => {
  await recordOutside(db.sql, intent(), `re_${randomUUID()}`, 1000);
  const re = `re_${randomUUID()}`;
  for (let times = 0; times < 2; times++) {
    expect(await recordOutside(db.sql, intent(), re, order.totalCents)).toMatchObject({
      outcome: "exceeds",
      order: { refundedCents: 1000 },
    });
    expect(await beyond()).toEqual([re]);
  }
});

test("beyond what was received, until a refund of ours turns out to have failed: then it is in the books", async () => {
  const { refundId } = await ask(3, { includesShipping: true });
  await recordRefund(db.sql, refundId, "succeeded");
  const re = `re_${randomUUID()}`;
  const tell = async () => recordOutside(db.sql, intent(), re, order.totalCents);
  expect((await tell()).outcome).toBe("exceeds");
  await recordRefund(db.sql, refundId, "failed");
  expect(await tell()).toMatchObject({ outcome: "recorded", order: { refundedCents: order.totalCents } });
  expect(await beyond()).toEqual([]);
});

test("what went back outside, ours gives way to; what Stripe did all the same is written down", async () => {
  const { refundId } = await ask(3, { includesShipping: true });
  const answer = await recordOutside(db.sql, intent(), `re_${randomUUID()}`, 1000);
  expect(answer.order.refunds.map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "re_all_the_same" })).outcome).toBe(
    "exceeds",
  );
  expect(await beyond()).toEqual(["re_all_the_same"]);
  expect((await orderOf(db.sql, order.orderId)).refundedCents).toBe(1000);
});

/** One of ours that gave way to one of the dashboard: the books have no room for it, whatever Stripe says of it. */
async function giveWay() {
  const { refundId } = await ask(3, { includesShipping: true });
  const re = `re_${randomUUID()}`;
  await recordOutside(db.sql, intent(), re, 1000);
  const fail = () => db.sql`select record_outside_refund(${intent()},
    ${db.sql.json({ refundId: re, amountCents: 1000, status: "failed" })})`;
  return { refundId: must(refundId), fail };
}

test("beyond what was received, of ours: over once there is room for it, and once Stripe says that it failed", async () => {
  const { refundId, fail } = await giveWay();
  const tell = (status: "succeeded" | "failed") =>
    recordRefund(db.sql, refundId, status, { id: "re_ours_all" });
  expect((await tell("succeeded")).outcome).toBe("exceeds");
  expect(await beyond()).toEqual(["re_ours_all"]);
  await tell("failed");
  expect(await beyond()).toEqual([]);
  expect((await tell("succeeded")).outcome).toBe("exceeds");
  await fail();
  expect((await tell("succeeded")).outcome).toBe("recorded");
  expect(await beyond()).toEqual([]);
});

test("beyond what was received, of the dashboard: over once Stripe says that it failed", async () => {
  await ask(1).then(({ refundId }) => recordRefund(db.sql, refundId, "succeeded"));
  const said = { refundId: `re_${randomUUID()}`, amountCents: order.totalCents };
  const tell = async (status: string) =>
    db.sql`select record_outside_refund(${intent()}, ${db.sql.json({ ...said, status })})`;
  await tell("succeeded");
  expect(await beyond()).toEqual([said.refundId]);
  await tell("failed");
  expect(await beyond()).toEqual([]);
});

test("beyond what was received, by hand: told under our id, for it has none at Stripe", async () => {
  const { refundId, fail } = await giveWay();
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "" })).outcome).toBe("exceeds");
  expect(await beyond()).toEqual([refundId]);
  await fail();
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "" })).outcome).toBe("recorded");
  expect(await beyond()).toEqual([]);
});
