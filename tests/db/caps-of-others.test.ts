import { afterEach, beforeEach, expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, newShopper, release, reserve } from "../support/shop.ts";

// A shopper's caps count what the shopper holds and pays: once, and nothing that is over or another's.

const db = useTestDatabase();
let shopperId = "";
let variantId = "";
const capped = { outcome: "limit_reached", limit: { name: "max_units_per_shopper", value: 5 } };

beforeEach(async () => {
  await db.sql`update store_settings set max_units_per_shopper = 5`;
  shopperId = newShopper();
  variantId = await createVariant(db.sql, 50);
});
afterEach(() => expectConsistent(db.sql));

const pay = async (payer: string, quantity: number) => {
  await hold(db.sql, payer, variantId, quantity);
  await pinCart(db.sql, payer);
};

test("what others pay is theirs", async () => {
  await pay(newShopper(), 3);
  await hold(db.sql, shopperId, variantId, 5);
  expect(await reserve(db.sql, shopperId, variantId)).toMatchObject(capped);
});

test("what was given back is over", async () => {
  await hold(db.sql, shopperId, variantId, 3);
  await release(db.sql, shopperId);
  await hold(db.sql, shopperId, variantId, 5);
});

test("what is held counts once, on the whole way too", async () => {
  await hold(db.sql, shopperId, variantId, 3);
  expect((await reserve(db.sql, shopperId, variantId, 5, "set")).outcome).toBe("held");
  expect(await reserve(db.sql, shopperId, variantId, 6, "set")).toMatchObject(capped);
});

test("what is being paid counts, and stays a line of its own", async () => {
  await pay(shopperId, 3);
  const more = await reserve(db.sql, shopperId, variantId, 2, "set");
  expect(more).toMatchObject({ outcome: "held", reservation: { quantity: 2 } });
  expect(await reserve(db.sql, shopperId, await createVariant(db.sql, 1))).toMatchObject(capped);
});
