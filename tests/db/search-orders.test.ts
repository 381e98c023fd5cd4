import { beforeAll, expect, test } from "vitest";
import { paid, settle, startCheckout } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { sqlStateOf } from "./sessions.ts";

// Which orders those who operate the shop find, and how many of them at a time.

const db = useTestDatabase();
/** The numbers of the orders, oldest first: two of Ada's, one of Bob's, and one that nobody has paid for yet. */
const numbers: number[] = [];
const newest = (...places: number[]) => places.map((place) => must(numbers[place]));

beforeAll(async () => {
  const variantId = await createVariant(db.sql, 9);
  for (const name of ["ada", "ada", "bob", "eve"]) {
    const shopperId = newShopper();
    await hold(db.sql, shopperId, variantId);
    const { payment } = await startCheckout(db.sql, shopperId, {
      details: { email: `${name}@example.test` },
    });
    const { paymentId, orderNumber } = must(payment);
    numbers.push(orderNumber);
    if (name !== "eve") await settle(db.sql, paymentId, paid(must(payment)));
  }
});

const search = (filter: object | null, limit: number | null = 200, before: number | null = null) =>
  answerOf(db.sql, "search_orders($1, $2, $3)", [filter, limit, before]);
const found = async (...args: Parameters<typeof search>): Promise<number[]> =>
  (await search(...args)).orders.map((order: { number: number }) => order.number);

test("by what became of them", async () => {
  expect(await found({ status: "paid" })).toEqual(newest(2, 1, 0));
  expect(await found({ status: "pending" })).toEqual(newest(3));
});

test("by whose they are", async () => {
  expect(await found({ email: "Bob@example.test" })).toEqual(newest(2));
  expect(await found({ email: "nobody@example.test" })).toEqual([]);
});

test("all of them, page by page, the newest first", async () => {
  expect(await found({})).toEqual(newest(3, 2, 1, 0));
  expect(await found({}, 2)).toEqual(newest(3, 2));
  expect(await found({}, 2, must(numbers[2]))).toEqual(newest(1, 0));
});

test.each([
  ["no filter", null, 50],
  ["no limit", {}, null],
  ["none of them", {}, 0],
  ["more than 200", {}, 201],
])("%s is refused", async (_, filter, limit) => {
  expect(await sqlStateOf(search(filter, limit))).toBe("HF001");
});
