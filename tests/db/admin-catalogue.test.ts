import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  reserve,
  stockOf,
} from "../support/shop.ts";
import { adminId, adminTrail, clock, saveProduct, saveVariant } from "./admin-calls.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
afterEach(() => expectConsistent(db.sql));

const product = (slug = `p-${randomUUID()}`) => ({
  slug,
  name: "Buoy",
  tagline: "Afloat",
  description: "",
  imagePath: "/products/buoy.svg",
  imageAlt: "A buoy",
  position: 7,
  holdSeconds: null,
});
const variant = (sku = randomUUID()) => ({ sku, name: "Red", priceCents: 1200, position: 1 });

test("a product is made, gets a variant, is published, and can then be held", async () => {
  const made = await saveProduct(db.sql, product());
  expect(made).toMatchObject({ outcome: "saved", product: { isPublished: false, variants: [] } });
  const { id } = made.product;
  expect(await saveProduct(db.sql, { isPublished: true }, id)).toMatchObject({ outcome: "no_variants" });
  const { outcome, variantId } = await saveVariant(db.sql, variant(), { productId: id });
  expect(outcome).toBe("saved");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 0, reserved: 0 });
  await db.sql`update stock_levels set on_hand = 2 where variant_id = ${variantId}`;
  expect(await reserve(db.sql, newShopper(), variantId)).toMatchObject({ outcome: "variant_not_found" });
  expect(await saveProduct(db.sql, { isPublished: true }, id)).toMatchObject({
    product: { isPublished: true },
  });
  await hold(db.sql, newShopper(), variantId);
  expect((await adminTrail(db.sql, id)).map(({ cause }) => cause)).toEqual(["create", "edit"]);
  expect(await adminTrail(db.sql, variantId)).toMatchObject([{ actor: "admin", cause: "create", adminId }]);
});

test("what is left out of an edit stays; a duration of its own can be taken away again", async () => {
  const { product: made } = await saveProduct(db.sql, { ...product(), holdSeconds: 60 });
  const { product: renamed } = await saveProduct(db.sql, { name: "Beacon" }, made.id);
  expect(renamed).toEqual({ ...made, name: "Beacon" });
  const { product: freed } = await saveProduct(db.sql, { holdSeconds: null }, made.id);
  expect(freed).toMatchObject({ name: "Beacon", holdSeconds: null });
});

test("a slug and a SKU are taken once; a refusal changes nothing and leaves no trail", async () => {
  const [one, other] = [product(), product()];
  await saveProduct(db.sql, one);
  const { product: made } = await saveProduct(db.sql, other);
  const before = await adminTrail(db.sql);
  expect(await saveProduct(db.sql, one)).toMatchObject({ outcome: "slug_taken" });
  expect(await saveProduct(db.sql, { slug: one.slug, name: "X" }, made.id)).toMatchObject({
    outcome: "slug_taken",
  });
  expect(await adminTrail(db.sql)).toEqual(before);
  const taken = variant();
  await saveVariant(db.sql, taken, { productId: made.id });
  const { variantId } = await saveVariant(db.sql, variant(), { productId: made.id });
  expect(await saveVariant(db.sql, taken, { productId: made.id })).toMatchObject({ outcome: "sku_taken" });
  expect(await saveVariant(db.sql, { sku: taken.sku }, { id: variantId })).toMatchObject({
    outcome: "sku_taken",
  });
});

test("since when it is published stays when it is saved again; what is announced stays announced", async () => {
  const variantId = await createVariant(db.sql, 1);
  const [row] = await db.sql<{ id: string }[]>`select product_id as id from variants where id = ${variantId}`;
  const { id } = must(row);
  const { product: once } = await saveProduct(db.sql, { isPublished: true }, id);
  const { product: twice } = await saveProduct(db.sql, { isPublished: true }, id);
  expect(twice.publishedAt).toBe(once.publishedAt);
  await db.sql`update products set published_at = '2100-01-01' where id = ${id}`;
  expect((await saveProduct(db.sql, { isPublished: false }, id)).product.publishedAt).toContain("2100-01-01");
  const { product: early } = await saveProduct(db.sql, { isPublished: true }, id);
  expect(Date.parse(must(early.publishedAt))).toBeLessThanOrEqual(Date.parse(await clock(db.sql)));
  expect((await saveProduct(db.sql, { isPublished: false }, id)).product.publishedAt).toBeNull();
});

test("a price is edited, and its variant alone", async () => {
  const [variantId, other] = [await createVariant(db.sql, 1), await createVariant(db.sql, 1)];
  await saveVariant(db.sql, { priceCents: 4321 }, { id: variantId });
  const prices = await db.sql<{ id: string; price_cents: number; name: string }[]>`
    select id, price_cents, name from variants where id in (${variantId}, ${other})`;
  expect(new Map(prices.map(({ id, price_cents: cents }) => [id, cents]))).toEqual(
    new Map([
      [variantId, 4321],
      [other, 1000],
    ]),
  );
  expect((await adminTrail(db.sql, variantId)).at(-1)).toMatchObject({
    before: { price_cents: 1000 },
    after: { price_cents: 4321 },
  });
});

test("nothing that is not there is edited, and nobody edits without a name", async () => {
  const nothing = randomUUID();
  expect(await saveProduct(db.sql, { name: "X" }, nothing)).toMatchObject({ outcome: "not_found" });
  expect(await saveVariant(db.sql, { name: "X" }, { id: nothing })).toMatchObject({ outcome: "not_found" });
  expect(await saveVariant(db.sql, variant(), { productId: nothing })).toMatchObject({
    outcome: "not_found",
  });
  for (const call of [
    db.sql`select admin_save_product('{}', null)`,
    db.sql`select admin_save_product(null, ${adminId})`,
    db.sql`select admin_save_variant('{}', null)`,
    db.sql`select admin_save_variant(null, ${adminId})`,
  ]) {
    expect(await sqlStateOf(call)).toBe("HF001");
  }
});
