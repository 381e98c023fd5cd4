import { afterEach, beforeEach, expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, letTimePass, newShopper, reserve } from "../support/shop.ts";

// Units that are being paid for count toward their shopper's caps, however long that takes, and toward nobody else's.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  await db.sql`update store_settings set max_units_per_shopper = 5`;
  variantId = await createVariant(db.sql, 50);
});
afterEach(() => expectConsistent(db.sql));

async function paying(quantity: number): Promise<string> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, quantity);
  await pinCart(db.sql, shopperId);
  return shopperId;
}

test("what is being paid for counts past the end that it had in the cart", async () => {
  const shopperId = await paying(3);
  await letTimePass(db, 1000, shopperId);
  expect(await reserve(db.sql, shopperId, variantId, 3)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_units_per_shopper", value: 5 },
  });
});

test("who holds something already has the rest to take, whatever others pay", async () => {
  await paying(3);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  expect((await hold(db.sql, shopperId, variantId, 4)).quantity).toBe(5);
});
