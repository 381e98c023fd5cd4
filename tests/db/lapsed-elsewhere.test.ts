import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  availabilityOf,
  createVariant,
  hold,
  letTimePass,
  newShopper,
} from "../support/shop.ts";

// What lapsed at several locations of a variant, and was not swept, is free at each of them for itself.

const db = useTestDatabase();

test("the greatest parcel is that of one location", async () => {
  const variantId = await createVariant(db.sql, 1);
  const elsewhere = await addLocation(db.sql, variantId, 2, 9);
  expect((await hold(db.sql, newShopper(), variantId, 1)).locationId).not.toBe(elsewhere);
  expect((await hold(db.sql, newShopper(), variantId, 2)).locationId).toBe(elsewhere);
  await letTimePass(db, 1000);
  expect((await availabilityOf(db.sql, variantId)).available).toBe(2);
});
