import { afterEach, beforeEach, expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  type Request,
  reserveBatch,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// What a source holds of a variant: the live units of those who took some of it from there, and of nobody else.

const db = useTestDatabase();
let variantId = "";
let another = "";

beforeEach(async () => {
  [variantId, another] = [await createVariant(db.sql, 40), await createVariant(db.sql, 40)];
});
afterEach(() => expectConsistent(db.sql));

async function take(shopperId: string, ofVariant: string, quantity: number, source: string) {
  const request = { shopperId, source, lines: [{ variantId: ofVariant, quantity }] } as Request;
  expect(must((await reserveBatch(db.sql, [request]))[0]).outcome).toBe("held");
}
const units = () =>
  answerOf(db.sql, "private.live_units_of_source($1, 'bot', clock_timestamp())", [variantId]);

test("units are counted while they are held, and while they are being paid", async () => {
  const [holder, payer, late] = [newShopper(), newShopper(), newShopper()];
  await take(holder, variantId, 1, "bot");
  await take(payer, variantId, 2, "bot");
  await pinCart(db.sql, payer);
  await take(late, variantId, 4, "bot");
  await letTimePass(db, 1000, late);
  expect(await units()).toBe(3);
});

test("what somebody pays who did not come from there is not counted", async () => {
  await take(newShopper(), variantId, 1, "bot");
  const payer = newShopper();
  await hold(db.sql, payer, variantId, 2);
  await pinCart(db.sql, payer);
  expect(await units()).toBe(1);
});

test("what is paid of another variant is not counted", async () => {
  const payer = newShopper();
  await take(payer, variantId, 1, "bot");
  await take(payer, another, 2, "bot");
  await pinCart(db.sql, payer);
  expect(await units()).toBe(1);
});

test("who took another variant from there, and this one from elsewhere, is not counted", async () => {
  const shopperId = newShopper();
  await take(shopperId, another, 1, "bot");
  await take(shopperId, variantId, 1, "elsewhere");
  expect(await units()).toBe(0);
});
