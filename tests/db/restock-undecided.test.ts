import { beforeEach, expect, test } from "vitest";
import { buy, type Order } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Whether somebody has to say yet what became of units: those that a refund names and nobody decided about, and those
// that money alone, all of it, can have brought back.

const db = useTestDatabase();
let order: Order;

beforeEach(async () => {
  order = await buyTwo();
});

/** One unit each of two variants. */
async function buyTwo(): Promise<Order> {
  const shopperId = newShopper();
  for (let n = 0; n < 2; n++) await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  return buy(db.sql, shopperId);
}
const lineOf = ({ lines }: Order, at: number) => must(lines[at]).orderLineId;
const isUndecided = ({ orderId }: Order) => answerOf(db.sql, "private.has_restock_undecided($1)", [orderId]);

async function refund(of: Order, lines: Parameters<typeof askRefund>[2], amountCents?: number) {
  const much = amountCents === undefined ? {} : { amountCents };
  const answer = await askRefund(db.sql, of.orderId, lines, much);
  expect(answer.outcome).toBe("requested");
  await recordRefund(db.sql, answer.refundId, "succeeded");
}

test("all of the money of another order says nothing about this one", async () => {
  await refund(order, [], order.totalCents);
  expect(await isUndecided(order)).toBe(true);
  expect(await isUndecided(await buyTwo())).toBe(false);
});

test("units that came back before the rest of the money are decided about", async () => {
  const lines = [0, 1].map((at) => refundLine(lineOf(order, at), 1, "restocked"));
  await refund(order, lines);
  await refund(order, [], order.totalCents - 2_000);
  expect(await isUndecided(order)).toBe(false);
});

test("one line that came back says nothing about the other", async () => {
  await refund(order, [refundLine(lineOf(order, 0), 1, "restocked")], order.totalCents);
  expect(await isUndecided(order)).toBe(true);
});
