import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { buy, type Order } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { sqlStateOf } from "./sessions.ts";

// Which orders a shopper reads: their own, as many as they ask for.

const db = useTestDatabase();
let shopperId = "";
let variantId = "";

beforeEach(async () => {
  shopperId = newShopper();
  variantId = await createVariant(db.sql, 20);
});

const buyOne = async (buyer: string) => {
  await hold(db.sql, buyer, variantId);
  return buy(db.sql, buyer);
};
const get = async (orderId: string, ...whose: string[]) =>
  (await answerOf(db.sql, `get_order($1${whose.map(() => ", $2")})`, [orderId, ...whose])).outcome;
const list = (whose: string | null, limit: number | null) =>
  answerOf(db.sql, "list_orders($1, $2)", [whose, limit]);

test("who has orders does not get another's by them, nor one that there is not", async () => {
  const [mine, theirs] = [await buyOne(shopperId), await buyOne(newShopper())];
  expect(await get(mine.orderId, shopperId)).toBe("found");
  expect(await get(theirs.orderId, shopperId)).toBe("not_found");
  expect(await get(randomUUID(), shopperId)).toBe("not_found");
  expect(await get(randomUUID())).toBe("not_found");
});

test("no more orders are listed than were asked for, the newest first", async () => {
  const orders: number[] = [];
  for (let n = 0; n < 3; n++) orders.unshift((await buyOne(shopperId)).number);
  for (const limit of [1, 2, 3, 100]) {
    const listed: Order[] = (await list(shopperId, limit)).orders;
    expect(listed.map(({ number }) => number)).toEqual(orders.slice(0, limit));
  }
});

test.each([
  ["of nobody", false, 20],
  ["without a limit", true, null],
  ["none at a time", true, 0],
  ["101 at a time", true, 101],
])("orders are not listed %s", async (_, isSomebody, limit) => {
  expect(await sqlStateOf(list(isSomebody ? shopperId : null, limit))).toBe("HF001");
});
