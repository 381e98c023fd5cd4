import { z } from "zod";
import { lineOf, MOST, textOf } from "./admin-common";
import { CurrencySchema, IdSchema, InstantSchema, MoneySchema } from "./common";

/**
 * A file of the deployment below `public/products`, or a picture that an admin uploaded: the pages' policy loads
 * pictures from nowhere else (docs/adr/0019).
 */
export const PicturePathSchema = z
  .string()
  .max(120)
  .regex(
    /^\/(?:products\/[a-z0-9]+(?:[-_.][a-z0-9]+)*\.(?:svg|png|jpg|jpeg|webp|avif)|pictures\/[0-9a-f]{64}\.(?:png|jpg|webp|avif))$/,
    "A picture below /products/, such as /products/vase.svg, or one that was uploaded",
  );

const SlugSchema = z
  .string()
  .max(80)
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, "Small letters and digits, with single hyphens between them");

const PositionSchema = z.int().min(0).max(1_000_000);

/** A product's own hold duration in seconds; `null`: the shopper's tier, then the store, decides. */
const OwnHoldSecondsSchema = z.int().min(1).max(86_400).nullable();

const product = {
  slug: SlugSchema,
  name: lineOf(120),
  tagline: textOf(200),
  description: textOf(5_000),
  imagePath: PicturePathSchema,
  imageAlt: lineOf(300),
  position: PositionSchema,
  holdSeconds: OwnHoldSecondsSchema,
};

/** `POST /api/admin/products`: nobody sees it until it has a variant and is published. */
export const NewProductSchema = z.strictObject(product);
export type NewProduct = z.infer<typeof NewProductSchema>;

const isNotEmpty = (body: object) => Object.keys(body).length > 0;

/** `PUT /api/admin/products/{id}`: what is left out stays. */
export const ProductChangeSchema = z
  .strictObject({ ...product, isPublished: z.boolean() })
  .partial()
  .refine(isNotEmpty, "Nothing to change");
export type ProductChange = z.infer<typeof ProductChangeSchema>;

const variant = {
  sku: lineOf(60),
  name: lineOf(120),
  /** Of one unit, in minor units of the shop's currency. */
  priceCents: MoneySchema.max(MOST),
  position: PositionSchema,
};

/** `POST /api/admin/products/{id}/variants` */
export const NewVariantSchema = z.strictObject(variant);
export type NewVariant = z.infer<typeof NewVariantSchema>;

/** `PUT /api/admin/variants/{id}`: what is left out stays. */
export const VariantChangeSchema = z.strictObject(variant).partial().refine(isNotEmpty, "Nothing to change");
export type VariantChange = z.infer<typeof VariantChangeSchema>;

export const AdminVariantSchema = z
  .object({
    id: IdSchema,
    sku: z.string(),
    name: z.string(),
    priceCents: MoneySchema,
    currency: CurrencySchema,
    position: z.int(),
  })
  .meta({ id: "AdminVariant" });
export type AdminVariant = z.infer<typeof AdminVariantSchema>;

export const AdminProductSchema = z
  .object({
    id: IdSchema,
    slug: z.string(),
    name: z.string(),
    tagline: z.string(),
    description: z.string(),
    imagePath: z.string(),
    imageAlt: z.string(),
    position: z.int(),
    holdSeconds: z.int().nullable(),
    isPublished: z.boolean(),
    /** Ahead of now: announced, and not shown yet. */
    publishedAt: InstantSchema.nullable(),
    variants: z.array(AdminVariantSchema),
  })
  .meta({ id: "AdminProduct" });
export type AdminProduct = z.infer<typeof AdminProductSchema>;

/** `GET /api/admin/products`: published or not, in the shop's order. */
export const AdminProductsSchema = z
  .object({ serverNow: InstantSchema, products: z.array(AdminProductSchema) })
  .meta({ id: "AdminProducts" });
export type AdminProducts = z.infer<typeof AdminProductsSchema>;

export const SavedProductSchema = z
  .object({ serverNow: InstantSchema, product: AdminProductSchema })
  .meta({ id: "SavedProduct" });
export type SavedProduct = z.infer<typeof SavedProductSchema>;

export const SavedVariantSchema = z
  .object({ serverNow: InstantSchema, variantId: IdSchema, product: AdminProductSchema })
  .meta({ id: "SavedVariant" });
export type SavedVariant = z.infer<typeof SavedVariantSchema>;
