import {
  AdminProductsSchema,
  NewProductSchema,
  NewVariantSchema,
  ProductChangeSchema,
  SavedProductSchema,
  SavedVariantSchema,
  VariantChangeSchema,
} from "@/contracts/admin-catalogue";
import { IdPathSchema } from "@/contracts/admin-common";
import { PictureBodySchema, SavedPictureSchema } from "@/contracts/pictures";
import { SERVER_NOW, VARIANT_ID } from "../examples";
import { adminProduct, SMALLEST_PNG, UPLOADED_PATH } from "../examples-admin";
import { ADMIN, ADMIN_CHANGE, KEY, type Operation } from "../operation";

const common = { tag: "Admin", caller: "admin", cache: "personal" } as const;
const path = { path: IdPathSchema };
const { id: _, variants, isPublished, publishedAt, ...product } = adminProduct;
const saved = { serverNow: SERVER_NOW, product: adminProduct };
const variant = { sku: "VASE-M", name: "Medium, 20 cm", priceCents: 9800, position: 3 };

const savedProduct = {
  description: "The product as it is now.",
  schema: SavedProductSchema,
  examples: { saved },
};
const savedVariant = {
  description: "The variant's id, and its product as it is now.",
  schema: SavedVariantSchema,
  examples: { saved: { ...saved, variantId: VARIANT_ID } },
};

export const adminCatalogue: Operation[] = [
  {
    ...common,
    id: "savePicture",
    method: "post",
    path: "/api/admin/pictures",
    summary: "Takes a picture of a product",
    description:
      "A PNG, JPEG, WebP or AVIF of at most 2 MiB, by what is in it. It is served at `imagePath` for good, and shown once a product has that path. The same file has the same path.",
    params: { header: KEY },
    body: { schema: PictureBodySchema, examples: { png: { content: SMALLEST_PNG } } },
    answers: {
      201: {
        description: "Where the shop serves it.",
        schema: SavedPictureSchema,
        examples: { saved: { serverNow: SERVER_NOW, imagePath: UPLOADED_PATH } },
      },
    },
    problems: [...ADMIN_CHANGE, "not_a_picture", "picture_too_large"],
  },
  {
    ...common,
    id: "listAllProducts",
    method: "get",
    path: "/api/admin/products",
    summary: "Every product, published or not",
    answers: {
      200: {
        description: "The products with their variants, in the shop's order.",
        schema: AdminProductsSchema,
        examples: { one: { serverNow: SERVER_NOW, products: [adminProduct] } },
      },
    },
    problems: ADMIN,
  },
  {
    ...common,
    id: "createProduct",
    method: "post",
    path: "/api/admin/products",
    summary: "Makes a product",
    description: "Nobody sees it until it has a variant and is published.",
    params: { header: KEY },
    body: { schema: NewProductSchema, examples: { vase: product } },
    answers: { 201: savedProduct },
    problems: [...ADMIN_CHANGE, "slug_taken"],
  },
  {
    ...common,
    id: "updateProduct",
    method: "put",
    path: "/api/admin/products/{id}",
    summary: "Edits, publishes or takes a product out of the shop",
    description: "What is left out stays. Holds keep what applied when they were made.",
    params: { ...path, header: KEY },
    body: {
      schema: ProductChangeSchema,
      examples: { publish: { isPublished: true }, holdLonger: { holdSeconds: 1800 } },
    },
    answers: { 200: savedProduct },
    problems: [...ADMIN_CHANGE, "product_not_found", "slug_taken", "no_variants"],
  },
  {
    ...common,
    id: "createVariant",
    method: "post",
    path: "/api/admin/products/{id}/variants",
    summary: "Makes a variant of a product",
    description: "Kept with 0 units at the location that is asked first, priced in the shop's currency.",
    params: { ...path, header: KEY },
    body: { schema: NewVariantSchema, examples: { medium: variant } },
    answers: { 201: savedVariant },
    problems: [...ADMIN_CHANGE, "product_not_found", "sku_taken"],
  },
  {
    ...common,
    id: "updateVariant",
    method: "put",
    path: "/api/admin/variants/{id}",
    summary: "Edits a variant",
    description: "What is left out stays. Carts show a new price at once; orders keep theirs.",
    params: { ...path, header: KEY },
    body: { schema: VariantChangeSchema, examples: { price: { priceCents: 9900 } } },
    answers: { 200: savedVariant },
    problems: [...ADMIN_CHANGE, "variant_not_found", "sku_taken"],
  },
];
