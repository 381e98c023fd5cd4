import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MAX_LINES, MoneySchema } from "./common";

/**
 * What is available of a variant, as everybody may know it.
 * `available` stops at a maximum: with `atLeast` it reads "20 or more".
 * `held`: nothing is free, but units are only held by others; the first may come back at `nextReleaseAt`.
 */
export const AvailabilitySchema = z
  .object({
    variantId: IdSchema,
    state: z.enum(["in_stock", "low_stock", "held", "sold_out"]),
    available: z.int().min(0),
    atLeast: z.boolean(),
    nextReleaseAt: InstantSchema.nullable(),
  })
  .meta({ id: "Availability" });
export type Availability = z.infer<typeof AvailabilitySchema>;

export const VariantSchema = z
  .object({
    id: IdSchema,
    sku: z.string(),
    name: z.string(),
    priceCents: MoneySchema,
    currency: CurrencySchema,
    availability: AvailabilitySchema,
  })
  .meta({ id: "Variant" });
export type Variant = z.infer<typeof VariantSchema>;

export const ProductSchema = z
  .object({
    id: IdSchema,
    slug: z.string(),
    name: z.string(),
    tagline: z.string(),
    description: z.string(),
    imagePath: z.string(),
    imageAlt: z.string(),
    /** At least one, in the shop's order. */
    variants: z.array(VariantSchema).min(1),
  })
  .meta({ id: "Product" });
export type Product = z.infer<typeof ProductSchema>;

/** `GET /api/products` */
export const ProductListSchema = z.object({ serverNow: InstantSchema, products: z.array(ProductSchema) });
export type ProductList = z.infer<typeof ProductListSchema>;

/** `GET /api/products/{slug}` */
export const ProductAnswerSchema = z.object({ serverNow: InstantSchema, product: ProductSchema });
export type ProductAnswer = z.infer<typeof ProductAnswerSchema>;

/** `GET /api/stock/availability?variantIds=a,b` */
export const AvailabilityQuerySchema = z.object({
  variantIds: z
    .string()
    .transform((text) => [...new Set(text.split(",").filter(Boolean))])
    .pipe(z.array(IdSchema).min(1).max(MAX_LINES)),
});
export const AvailabilityListSchema = z.object({
  serverNow: InstantSchema,
  /** One entry for each known variant that was asked for; unknown ids are left out. */
  availability: z.array(AvailabilitySchema),
});
export type AvailabilityList = z.infer<typeof AvailabilityListSchema>;
