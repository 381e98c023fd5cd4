import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  availabilityOf,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  newShopper,
  release,
} from "../support/shop.ts";

// When something of a variant comes free is when the first live hold of it ends, and nothing else's end.

const db = useTestDatabase();
let variantId = "";
let earlier = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 1);
  earlier = newShopper();
});
afterEach(() => expectConsistent(db.sql));

const expectOwnEnd = async () => {
  const { expiresAt } = await hold(db.sql, newShopper(), variantId);
  const { state, nextReleaseAt } = await availabilityOf(db.sql, variantId);
  expect([state, Date.parse(nextReleaseAt ?? "")]).toEqual(["held", Date.parse(expiresAt)]);
};

test("a hold of another variant that ends earlier is not meant", async () => {
  await hold(db.sql, earlier, await createVariant(db.sql, 1));
  await letTimePass(db, 100, earlier);
  await expectOwnEnd();
});

test("a hold that would have ended earlier, and was given back, is not meant", async () => {
  await hold(db.sql, earlier, variantId);
  await letTimePass(db, 100, earlier);
  await release(db.sql, earlier);
  await expectOwnEnd();
});
