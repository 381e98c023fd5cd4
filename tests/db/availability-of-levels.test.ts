import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  availabilityOf,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  newShopper,
} from "../support/shop.ts";

// What lapsed and was not swept counts as free where it lies, and nowhere else.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 1);
});
afterEach(() => expectConsistent(db.sql));

const lapsed = async (ofVariant: string, quantity: number) => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, ofVariant, quantity);
  await letTimePass(db, 1000, shopperId);
};

test("what lapsed of another variant is not free of this one", async () => {
  await lapsed(variantId, 1);
  await lapsed(await createVariant(db.sql, 4), 4);
  expect((await availabilityOf(db.sql, variantId)).available).toBe(1);
});

test("where units are free, nobody is told when others will be", async () => {
  const plenty = await createVariant(db.sql, 5);
  await hold(db.sql, newShopper(), plenty, 2);
  expect(await availabilityOf(db.sql, plenty)).toMatchObject({ available: 3, nextReleaseAt: null });
});

test("what is kept back for safety is never released", async () => {
  await hold(db.sql, newShopper(), variantId);
  await db.sql`update stock_levels set safety_stock = 1 where variant_id = ${variantId}`;
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ state: "sold_out", nextReleaseAt: null });
});
