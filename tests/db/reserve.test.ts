import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, newShopper, reserve, stockOf } from "../support/shop.ts";

const db = useTestDatabase();

test("holds units and counts them", async () => {
  const variantId = await createVariant(db.sql, 5);
  const answer = await reserve(db.sql, newShopper(), variantId, 2);
  console.log(JSON.stringify(answer, null, 1));
  expect(answer.outcome).toBe("held");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
  console.log(JSON.stringify(await reserve(db.sql, newShopper(), variantId, 4)));
  await expectConsistent(db.sql);
});
