import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { createVariant, expectConsistent, hold, newShopper, stockOf } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// The shortcut of a single plain request: what it decides at once, and what it leaves to the whole way.

const db = useTestDatabase();
let variantId = "";
let another = "";

beforeEach(async () => {
  [variantId, another] = [await createVariant(db.sql, 5), await createVariant(db.sql, 5)];
  await setCaps(5, 5, 5);
});
afterEach(() => expectConsistent(db.sql));

const setCaps = (line: number, variant: number, shopper: number) => db.sql`
  update store_settings
  set max_units_per_line = ${line}, max_units_per_variant = ${variant}, max_units_per_shopper = ${shopper}`;

/** What the shortcut answers a newcomer: null where it leaves the request to the whole way. */
const ask = (quantity: number | string, more: object = {}, lineMore: object = {}) =>
  answerOf(db.sql, "private.reserve_one($1)", [
    { shopperId: newShopper(), lines: [{ variantId, quantity, ...lineMore }], ...more },
  ]);

test.each([
  ["without a key", () => ({})],
  ["with a key", newKey],
])("a newcomer has at once what is free, %s", async (_, key) => {
  const { answers } = await ask(2, key());
  expect(answers).toMatchObject([{ outcome: "held", lines: [{ variantId, reservation: { quantity: 2 } }] }]);
  expect([await stockOf(db.sql, variantId), await stockOf(db.sql, another)]).toMatchObject([
    { reserved: 2 },
    { reserved: 0 },
  ]);
});

test.each([
  ["without a key", () => ({})],
  ["with a key that nobody knows", newKey],
])("who wants more than is free is told at once how much is, %s", async (_, key) => {
  await hold(db.sql, newShopper(), variantId, 3);
  const { answers } = await ask(3, key());
  expect(answers).toMatchObject([
    { outcome: "insufficient_stock", lines: [{ requested: 3, available: 2, shortfall: 1 }] },
  ]);
});

test.each([
  ["a line", 2, 5, 5],
  ["a variant", 5, 2, 5],
  ["a shopper", 5, 5, 2],
])("more units than %s may have are left to the whole way", async (_, line, variant, shopper) => {
  await setCaps(line, variant, shopper);
  expect(await ask(3)).toBeNull();
  expect(await ask(2)).not.toBeNull();
});

test.each([
  ["a mode", () => ask(1, { mode: "partial" })],
  ["a way to count", () => ask(1, { quantityMode: "set" })],
  ["a source", () => ask(1, { source: "somewhere" })],
  ["a hold by its id", () => ask(1, {}, { reservationId: newShopper() })],
  ["a key for no body", () => ask(1, { idempotencyKey: "key" })],
  ["two lines", () => ask(1, { lines: [variantId, another].map((id) => ({ variantId: id, quantity: 1 })) })],
  ["a quantity in words", () => ask("1")],
  ["no shopper", () => ask(1, { shopperId: null })],
])("who says %s is left to the whole way", async (_, asked) => {
  expect(await asked()).toBeNull();
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
});
