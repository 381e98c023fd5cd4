import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, newShopper, type Request, reserveBatch } from "../support/shop.ts";

const db = useTestDatabase();

test("of whom nothing was held, nobody notes where they came from", async () => {
  const variantId = await createVariant(db.sql, 20);
  const ask = (quantity: number): Request & { source: string } => ({
    shopperId: newShopper(),
    source: "somewhere",
    lines: [{ variantId, quantity }],
  });
  const [one, tooMany, two] = [ask(1), ask(50), ask(2)];
  const answers = await reserveBatch(db.sql, [one, tooMany, two]);
  expect(answers.map(({ outcome }) => outcome)).toEqual(["held", "limit_reached", "held"]);
  await hold(db.sql, newShopper(), variantId, 17);
  const [refused] = await reserveBatch(db.sql, [ask(1)]);
  expect(refused?.outcome).toBe("insufficient_stock");
  const noted = await db.sql`select shopper_id from source_holders where variant_id = ${variantId}`;
  expect(noted.map((row) => row.shopper_id).sort()).toEqual([one.shopperId, two.shopperId].sort());
});
