import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, letTimePass, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// What is told to be gone from a cart that somebody is about to pay.

const db = useTestDatabase();

test("what lapsed and is not for sale any more is gone once", async () => {
  const shopperId = newShopper();
  const variantId = await createVariant(db.sql, 5);
  await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 1000, shopperId);
  await db.sql`update products set published_at = null
    where id = (select product_id from variants where id = ${variantId})`;
  const gone = await answerOf(db.sql, "private.differences_of_cart($1, clock_timestamp(), 'EUR')", [
    shopperId,
  ]);
  expect(gone).toMatchObject([{ variantId, change: "gone", before: 2, after: 0 }]);
});
