import { beforeEach, expect, test } from "vitest";
import { buy, expired, type Order, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// An account that is erased takes the addresses of its own orders along: of those that are over at once, of those
// that somebody still waits for once they are sent.

const db = useTestDatabase();
let variantId = "";
let mine: string;
let other: string;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 20);
  [mine, other] = [newShopper(), newShopper()];
});

const buyOne = async (shopperId: string): Promise<Order> => {
  await hold(db.sql, shopperId, variantId);
  return buy(db.sql, shopperId);
};
const ship = (orderId: string) => answerOf(db.sql, "mark_shipped($1)", [orderId]);
const erase = () => answerOf(db.sql, "private.erase_orders_of($1)", [mine]);

async function stateOf(orderId: string) {
  const [row] = await db.sql<{ email: string | null; isDue: boolean; erasedAt: Date | null }[]>`
    select email, is_erasure_due as "isDue", erased_at as "erasedAt" from orders where id = ${orderId}`;
  return must(row);
}
const erased = { email: null, isDue: false, erasedAt: expect.any(Date) };
const kept = { email: expect.any(String), isDue: false, erasedAt: null };

test("what is over is erased at once, what is to be sent is marked, what is another's stays", async () => {
  const [sent, unsent, sentToOther, unsentOfOther] = [
    await buyOne(mine),
    await buyOne(mine),
    await buyOne(other),
    await buyOne(other),
  ];
  for (const { orderId } of [sent, sentToOther]) await ship(orderId);
  await hold(db.sql, mine, variantId);
  const unpaid = await pinCart(db.sql, mine);
  await settle(db.sql, unpaid.paymentId, expired);
  await erase();
  expect(await stateOf(sent.orderId)).toEqual(erased);
  expect(await stateOf(unpaid.orderId)).toEqual(erased);
  expect(await stateOf(unsent.orderId)).toEqual({ ...kept, isDue: true });
  expect(await stateOf(sentToOther.orderId)).toEqual(kept);
  expect(await stateOf(unsentOfOther.orderId)).toEqual(kept);
});

test("what is erased is erased once", async () => {
  const { orderId } = await buyOne(mine);
  await ship(orderId);
  await erase();
  const first = await stateOf(orderId);
  await erase();
  expect(await stateOf(orderId)).toEqual(first);
});
