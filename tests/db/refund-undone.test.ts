import { beforeEach, expect, test } from "vitest";
import { buy, expired, type Order, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Whether somebody has to see to an order's refunds yet, and to its units: by its own money, and by what did not fail.

const db = useTestDatabase();
let order: Order;

beforeEach(async () => {
  order = await buyUnits(2);
});

async function buyUnits(quantity: number): Promise<Order> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, quantity), quantity);
  return buy(db.sql, shopperId);
}
const lineOf = ({ lines }: Order) => must(lines[0]).orderLineId;
const isUndone = () => answerOf(db.sql, "private.has_refund_undone($1)", [order.orderId]);
const isUndecided = () => answerOf(db.sql, "private.has_restock_undecided($1)", [order.orderId]);

async function refund(status: "failed" | "succeeded", lines: Parameters<typeof askRefund>[2] = []) {
  const { refundId } = await askRefund(db.sql, order.orderId, lines, { amountCents: order.totalCents });
  await recordRefund(db.sql, refundId, status);
  return must(refundId);
}

test("what failed and went back in another way is done, however much others paid", async () => {
  await buyUnits(9);
  await refund("failed");
  expect(await isUndone()).toBe(true);
  await refund("succeeded");
  expect(await isUndone()).toBe(false);
});

test("what is asked for and did not fail is undone, though all of the money is back", async () => {
  await refund("succeeded");
  await db.sql`
    insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor)
    values (${order.orderId}, ${order.paymentId}, 0, 'EUR', 'requested', 'typed')`;
  expect(await isUndone()).toBe(true);
});

test("money that failed to go back brought no units with it", async () => {
  await refund("failed");
  await refund("succeeded", [refundLine(lineOf(order), 1, "restocked")]);
  expect(await isUndecided()).toBe(false);
});

test("units that were never sold come back with no money", async () => {
  const [shopperId, variantId] = [newShopper(), await createVariant(db.sql, 2)];
  await hold(db.sql, shopperId, variantId);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), variantId, 2);
  const gone = await settle(db.sql, payment.paymentId, paid(payment));
  expect(gone.outcome).toBe("refund_due");
  const decided = await answerOf(db.sql, "decide_restock($1, $2, true, 1)", [
    gone.refundId,
    lineOf(gone.order),
  ]);
  expect(decided.outcome).toBe("not_found");
  const takes = (refundId: unknown, of: Order) =>
    answerOf(db.sql, "private.takes_more_units($1, $2)", [refundId, lineOf(of)]);
  expect(await takes(gone.refundId, gone.order)).toBe(false);
  expect(await takes(await refund("succeeded"), order)).toBe(true);
});

test("the trail says what became of units, and that it was not decided before", async () => {
  const refundId = await refund("succeeded", [refundLine(lineOf(order), 1)]);
  await answerOf(db.sql, "decide_restock($1, $2, false)", [refundId, lineOf(order)]);
  const told = await db.sql`
    select before ->> 'restock' as before, after ->> 'restock' as after from order_trail
    where entity = 'refund_line' and order_id = ${order.orderId} order by id`;
  expect(told).toEqual([
    { before: null, after: "undecided" },
    { before: "undecided", after: "kept_out" },
  ]);
});
