import { expect, test } from "vitest";
import { ProductAnswerSchema, ProductListSchema } from "@/contracts/catalogue";
import { bodyOf, newGuest, problemOf } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { createProduct, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();
const anyone = newGuest();

test("the catalogue lists the published products in the shop's order, each with its variants", async () => {
  const { products } = bodyOf(await anyone.get("/api/products"), 200, ProductListSchema);
  const seeded = products.filter(({ id }) => id.startsWith("a0000000"));
  expect(seeded.map(({ slug }) => slug)).toEqual([
    "tidewater-vase",
    "kelp-forest-print",
    "lighthouse-mug",
    "storm-lantern",
    "selkie-blanket",
    "driftwood-stool",
  ]);
  const mug = seeded.find(({ slug }) => slug === "lighthouse-mug");
  expect(mug?.variants.map(({ sku, priceCents, currency }) => [sku, priceCents, currency])).toEqual([
    ["MUG-FOG", 2400, "EUR"],
    ["MUG-HARBOUR", 2400, "EUR"],
    ["MUG-SIGNAL", 2600, "EUR"],
  ]);
});

test("a product is found by its slug, and its variants say what is available of them", async () => {
  const { variantId, slug } = await createProduct(sql, 3);
  const answer = await anyone.get(`/api/products/${slug}`);
  const { product } = bodyOf(answer, 200, ProductAnswerSchema);
  expect(product.slug).toBe(slug);
  expect(product.variants).toHaveLength(1);
  expect(product.variants[0]).toMatchObject({
    id: variantId,
    priceCents: 1000,
    availability: { variantId, state: "low_stock", available: 3, atLeast: false, nextReleaseAt: null },
  });
});

test("a product that is not published exists for nobody", async () => {
  const { variantId, slug } = await createProduct(sql, 3);
  await sql`update products set published_at = null where slug = ${slug}`;
  problemOf(await anyone.get(`/api/products/${slug}`), "product_not_found");
  const { products } = bodyOf(await anyone.get("/api/products"), 200, ProductListSchema);
  expect(products.map((product) => product.slug)).not.toContain(slug);
  problemOf(await anyone.reserve(variantId), "variant_not_found");
});

test("a product that is published later does not exist yet", async () => {
  const variantId = await createVariant(sql, 1);
  const [row] = await sql<{ slug: string }[]>`
    update products set published_at = now() + interval '1 day'
    where id = (select product_id from variants where id = ${variantId}) returning slug`;
  problemOf(await anyone.get(`/api/products/${row?.slug}`), "product_not_found");
  problemOf(await anyone.reserve(variantId), "variant_not_found");
});

test.each([
  ["an unknown word", "no-such-thing"],
  ["upper case", "TIDEWATER-VASE"],
  ["a slash", "a%2Fb"],
  ["a zero byte", "%00"],
  ["a zero byte behind a real slug", "tidewater-vase%00"],
  ["the signs of a filter", "eq.tidewater-vase,or(slug.neq.x)"],
  ["a wild card", "*"],
  ["quotes", "%22%27%5C"],
  ["a sea", "%F0%9F%8C%8A"],
  ["five thousand letters", "a".repeat(5_000)],
])("a slug with %s is no product, and nothing worse", async (_, slug) => {
  problemOf(await anyone.get(`/api/products/${slug}`), "product_not_found");
});

test("a catalogue of more than a thousand products is listed to its end", async () => {
  await sql`
    with product as (
      insert into products (slug, name, image_path, image_alt, position, published_at)
      select 'many-' || n, 'Many ' || n, '/x.svg', 'x', 1000000, now() from generate_series(1, 1100) as n
      returning id, slug
    )
    insert into variants (product_id, sku, name, price_cents) select id, slug, 'One', 100 from product`;
  try {
    const { products } = bodyOf(await anyone.get("/api/products"), 200, ProductListSchema);
    expect(products.filter(({ slug }) => slug.startsWith("many-"))).toHaveLength(1100);
  } finally {
    await sql`delete from variants where sku like 'many-%'`;
    await sql`delete from products where slug like 'many-%'`;
  }
});
