import { beforeAll, expect, test } from "vitest";
import { AdminProductsSchema, SavedProductSchema, SavedVariantSchema } from "@/contracts/admin-catalogue";
import { ProductAnswerSchema } from "@/contracts/catalogue";
import { bodyOf, type Guest, newGuest, problemOf } from "../support/api-client.ts";
import { newMember } from "./member.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";
import { newProduct, signedIn } from "./wishes.ts";

const sql = useShopFloor();
let admin: Guest;

beforeAll(async () => {
  admin = signedIn(await newMember(sql, { isAdmin: true }));
});

const create = (json: object) => admin.send("POST", "/api/admin/products", { json });
const update = (id: string, json: object) => admin.send("PUT", `/api/admin/products/${id}`, { json });
const slug = () => `p-${unknownId()}`;

test("a product comes into the shop, changes there, and leaves it", async () => {
  const path = slug();
  const { product } = bodyOf(await create({ ...newProduct, slug: path }), 201, SavedProductSchema);
  const inShop = () => newGuest().get(`/api/products/${path}`);
  problemOf(await inShop(), "product_not_found");
  problemOf(await update(product.id, { isPublished: true }), "no_variants");
  const variant = { sku: unknownId(), name: "One size", priceCents: 1500, position: 1 };
  const made = await admin.send("POST", `/api/admin/products/${product.id}/variants`, { json: variant });
  const { variantId } = bodyOf(made, 201, SavedVariantSchema);
  bodyOf(await update(product.id, { isPublished: true, holdSeconds: 60 }), 200, SavedProductSchema);
  const shown = bodyOf(await inShop(), 200, ProductAnswerSchema).product;
  expect(shown).toMatchObject({ name: newProduct.name, variants: [{ id: variantId, priceCents: 1500 }] });
  await admin.send("PUT", `/api/admin/variants/${variantId}`, { json: { priceCents: 1750 } });
  await sql`update stock_levels set on_hand = 1 where variant_id = ${variantId}`;
  const { reservation } = await newGuest().hold(variantId);
  expect(reservation.durationSeconds).toBe(60);
  expect(bodyOf(await inShop(), 200, ProductAnswerSchema).product.variants).toMatchObject([
    { priceCents: 1750 },
  ]);
  bodyOf(await update(product.id, { isPublished: false }), 200, SavedProductSchema);
  problemOf(await inShop(), "product_not_found");
  const { products } = bodyOf(await admin.get("/api/admin/products"), 200, AdminProductsSchema);
  expect(products.find(({ id }) => id === product.id)).toMatchObject({ isPublished: false, holdSeconds: 60 });
});

test.each([
  ["a slug with a blank", { slug: "a b" }, "slug"],
  ["a slug in capitals", { slug: "Vase" }, "slug"],
  ["no name", { name: " " }, "name"],
  ["a name over two lines", { name: "a\nb" }, "name"],
  ["a picture of another site", { imagePath: "https://evil.example/x.svg" }, "imagePath"],
  ["a picture outside of its folder", { imagePath: "/products/../secret.svg" }, "imagePath"],
  ["a picture that is a script", { imagePath: "/products/x.js" }, "imagePath"],
  ["no words for the picture", { imageAlt: "" }, "imageAlt"],
  ["a hold of no time", { holdSeconds: 0 }, "holdSeconds"],
  ["a hold of more than a day", { holdSeconds: 86_401 }, "holdSeconds"],
  ["a place before the first", { position: -1 }, "position"],
  ["a description with a zero byte", { description: "a\0b" }, "description"],
  ["a field that nobody knows", { price: 1 }, ""],
])("a product with %s is refused, and says where", async (_, spoiled, path) => {
  const refused = problemOf(await create({ ...newProduct, slug: slug(), ...spoiled }), "validation_failed");
  expect(refused.errors).toMatchObject([{ path }]);
});

test.each([
  ["half a cent", { priceCents: 0.5 }, "priceCents"],
  ["less than nothing", { priceCents: -1 }, "priceCents"],
  ["more than can be counted", { priceCents: 2_147_483_648 }, "priceCents"],
  ["an empty SKU", { sku: "" }, "sku"],
  ["a currency of its own", { currency: "USD" }, ""],
  ["nothing at all", {}, ""],
])("a variant is not changed to %s", async (_, json, path) => {
  const answer = await admin.send("PUT", `/api/admin/variants/${unknownId()}`, { json });
  expect(problemOf(answer, "validation_failed").errors?.[0]).toMatchObject({ path });
});
