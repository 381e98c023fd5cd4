import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { addLocation, createVariant } from "../support/shop.ts";
import { adminTrail, saveProduct, saveVariant } from "./admin-calls.ts";
import { answerOf } from "./answers.ts";
import { sqlStateOf } from "./sessions.ts";

// What comes of saving a product or a variant beside others, and who is told to have done it.

const db = useTestDatabase();

const makeProduct = async () => {
  const made = {
    slug: randomUUID(),
    name: "Buoy",
    imagePath: "/holdfast.svg",
    imageAlt: "x",
    holdSeconds: 60,
  };
  return (await saveProduct(db.sql, made)).product;
};
const makeVariant = async () => {
  const { id: productId } = await makeProduct();
  return saveVariant(db.sql, { sku: randomUUID(), name: "Red", priceCents: 1200 }, { productId });
};

test("a new product has the duration that was said", async () => {
  expect(await makeProduct()).toMatchObject({ holdSeconds: 60 });
});

test("the variants of other products are none to publish it for", async () => {
  await createVariant(db.sql, 1);
  const { id } = await makeProduct();
  expect((await saveProduct(db.sql, { isPublished: true }, id)).outcome).toBe("no_variants");
});

test("a variant that is not there is not found, whatever product is named", async () => {
  const { id: productId } = await makeProduct();
  expect((await saveVariant(db.sql, { name: "X" }, { id: randomUUID(), productId })).outcome).toBe(
    "not_found",
  );
});

test("a variant is made once, and edited from then on", async () => {
  const { variantId } = await makeVariant();
  await saveVariant(db.sql, { name: "Blue" }, { id: variantId });
  expect((await adminTrail(db.sql, variantId)).map(({ cause }) => cause)).toEqual(["create", "edit"]);
});

test("a new variant is kept at the location that is asked first, and at no other", async () => {
  await addLocation(db.sql, await createVariant(db.sql, 1), 1, 9);
  await addLocation(db.sql, await createVariant(db.sql, 1), 1, -9);
  const { variantId } = await makeVariant();
  const levels = await db.sql<{ priority: number }[]>`
    select l.priority from stock_levels s join locations l on l.id = s.location_id
    where s.variant_id = ${variantId}`;
  expect([...levels]).toEqual([{ priority: -9 }]);
});

test("nobody changes anything by a key without being an admin", async () => {
  const { idempotencyKey, bodyHash } = newKey();
  const call = answerOf(db.sql, "admin_once('mark_shipped', $1, null, $2, $3)", [
    { p_order_id: randomUUID() },
    idempotencyKey,
    bodyHash,
  ]);
  expect(await sqlStateOf(call)).toBe("HF001");
});

test.each([
  ["hold", "Broken", "23514"],
  ["reservation", "", "23514"],
  ["reservation", "Broken", "none"],
])("the trail of admins knows its entities, and no empty reason: %s %j", async (entity, reason, state) => {
  const note = db.sql`insert into admin_trail (actor, cause, entity, reason)
    values ('admin', 'note', ${entity}, ${reason})`;
  expect(await sqlStateOf(note)).toBe(state);
});
