import { beforeEach, expect, test } from "vitest";
import { buy, type Order, orderOf, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";

// How many units of a line its refunds name, as everybody reads an order, and what is no money to give back.

const db = useTestDatabase();
let order: Order;

beforeEach(async () => {
  const shopperId = newShopper();
  for (let n = 0; n < 2; n++) await hold(db.sql, shopperId, await createVariant(db.sql, 5), 2);
  order = await buy(db.sql, shopperId);
});

const refundOne = () => askRefund(db.sql, order.orderId, [refundLine(must(order.lines[0]).orderLineId, 1)]);
const refunded = async () => {
  const { lines } = await orderOf(db.sql, order.orderId);
  return lines.map((line) => (line as unknown as { refundedQuantity: number }).refundedQuantity);
};

test("a refund of money alone names none, and one line says nothing about another", async () => {
  await refundOne();
  await askRefund(db.sql, order.orderId, [], { amountCents: 1 });
  expect(await refunded()).toEqual([1, 0]);
});

test("a refund that failed names none any more", async () => {
  const { refundId } = await refundOne();
  await recordRefund(db.sql, refundId, "failed");
  expect(await refunded()).toEqual([0, 0]);
});

test.each([
  ["whose intent nobody knows", { paymentIntentId: null }],
  ["of nothing", { amountCents: 0 }],
])("another session of an order, paid with money %s, gives nothing back", async (_, but) => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, paid(payment));
  const another = paid(payment, { sessionId: "cs_another", madeFor: payment.paymentId, ...but });
  expect((await settle(db.sql, payment.paymentId, another)).outcome).toBe("another_session");
  expect(await db.sql`select 1 from refunds where order_id = ${payment.orderId}`).toHaveLength(0);
});
