import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { at, mainOf, putHolds, variantOf } from "./put-rows.ts";

// What admins are shown of holds and of variants: each once, with what is its own, and no other.

const db = useTestDatabase();

test("a hold is shown with its variant and location, and as lapsed where it is", async () => {
  const [variantId, another] = [await createVariant(db.sql, 9), await createVariant(db.sql, 9)];
  const [main, elsewhere] = [await mainOf(db.sql), await addLocation(db.sql, another, 9, 1)];
  await db.sql`update locations set code = 'elsewhere' where id = ${elsewhere}`;
  const ids = await putHolds(db, [
    { variantId, locationId: main },
    { variantId: another, locationId: elsewhere, ends: -10 },
    { variantId: another, locationId: main, status: "released", ends: -10 },
    { variantId, locationId: main, quantity: 7 },
  ]);
  const shown = await answerOf(db.sql, "private.admin_holds($1::uuid[], $2)", [ids.slice(0, 3), at(0)]);
  const [sku, ofAnother] = [(await variantOf(db.sql, variantId)).sku, (await variantOf(db.sql, another)).sku];
  const holds = [
    { reservationId: ids[0], state: "active", sku, locationCode: "main" },
    { reservationId: ids[1], state: "lapsed", sku: ofAnother, locationCode: "elsewhere" },
    { reservationId: ids[2], state: "released", sku: ofAnother, locationCode: "main" },
  ];
  expect(shown).toHaveLength(3);
  expect(shown).toEqual(expect.arrayContaining(holds.map((hold) => expect.objectContaining(hold))));
});

test("a product is shown with its variants alone", async () => {
  const variantId = await createVariant(db.sql, 9);
  await createVariant(db.sql, 9);
  const { product } = await variantOf(db.sql, variantId);
  const shown = await answerOf(db.sql, "private.admin_variants($1)", [product]);
  expect(shown).toMatchObject([{ id: variantId }]);
});
