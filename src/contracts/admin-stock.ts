import { z } from "zod";
import { MOST, ReasonSchema } from "./admin-common";
import { IdSchema, InstantSchema, ShopperIdSchema } from "./common";

const UnitsSchema = z.int().min(0);

export const AdminLevelSchema = z
  .object({
    variantId: IdSchema,
    locationId: IdSchema,
    sku: z.string(),
    productName: z.string(),
    variantName: z.string(),
    locationCode: z.string(),
    onHand: UnitsSchema,
    reserved: UnitsSchema,
    /** Of the reserved ones those whose time is over: they block nobody. */
    lapsedUnits: UnitsSchema,
    safetyStock: UnitsSchema,
    available: UnitsSchema,
  })
  .meta({ id: "AdminLevel" });
export type AdminLevel = z.infer<typeof AdminLevelSchema>;

/** `GET /api/admin/stock`, in the shop's order. */
export const AdminStockSchema = z
  .object({
    serverNow: InstantSchema,
    /** At so many available units or fewer a variant is low on stock. */
    lowStockAt: UnitsSchema,
    levels: z.array(AdminLevelSchema),
    locations: z.array(z.object({ id: IdSchema, code: z.string(), name: z.string() })),
  })
  .meta({ id: "AdminStock" });
export type AdminStock = z.infer<typeof AdminStockSchema>;

const level = { variantId: IdSchema, locationId: IdSchema };

/** `POST /api/admin/stock/adjust`: units that came, or with a minus went. */
export const AdjustBodySchema = z.strictObject({
  ...level,
  delta: z
    .int()
    .min(-MOST)
    .max(MOST)
    .refine((delta) => delta !== 0, "Not 0"),
  reason: ReasonSchema,
  /** Takes the newest holds back where they stand in the way; their shoppers are told. */
  releaseNewest: z.boolean().default(false),
});
export type AdjustBody = z.infer<typeof AdjustBodySchema>;

/** A hold that stands in the way of an adjustment, or stood. */
export const HoldInTheWaySchema = z
  .object({
    reservationId: IdSchema,
    shopperId: ShopperIdSchema,
    quantity: z.int().min(1),
    heldAt: InstantSchema,
    expiresAt: InstantSchema,
  })
  .meta({ id: "HoldInTheWay" });
export type HoldInTheWay = z.infer<typeof HoldInTheWaySchema>;

export const AdjustedSchema = z
  .object({ serverNow: InstantSchema, onHand: UnitsSchema, released: z.array(HoldInTheWaySchema) })
  .meta({ id: "Adjusted" });
export type Adjusted = z.infer<typeof AdjustedSchema>;

/** `PUT /api/admin/stock/safety`: units that new holds leave alone. */
export const SafetyStockBodySchema = z.strictObject({ ...level, safetyStock: UnitsSchema.max(MOST) });
export type SafetyStockBody = z.infer<typeof SafetyStockBodySchema>;
export const SafetyStockAnswerSchema = z
  .object({ serverNow: InstantSchema, safetyStock: UnitsSchema })
  .meta({ id: "SafetyStockAnswer" });
export type SafetyStockAnswer = z.infer<typeof SafetyStockAnswerSchema>;

/** Most rows of one import. */
export const MAX_IMPORT_ROWS = 1_000;

/** `POST /api/admin/stock/import`: a preview without `version`; with that of the preview it is done. */
export const ImportBodySchema = z.strictObject({
  /** With a first row that names the columns `sku`, `location` and `on_hand`. */
  csv: z.string().min(1).max(60_000),
  reason: ReasonSchema,
  version: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "The version of a preview")
    .optional(),
});
export type ImportBody = z.infer<typeof ImportBodySchema>;

export const ImportRowSchema = z
  .object({
    /** The line of the file, counted from 1. */
    line: z.int().min(1),
    sku: z.string(),
    location: z.string(),
    /** Product and variant; `null` for an unknown SKU. */
    name: z.string().nullable(),
    /** Units; `null` where nothing was kept there so far, or the count is none. */
    before: UnitsSchema.nullable(),
    after: UnitsSchema.nullable(),
    held: UnitsSchema,
    outcome: z.enum([
      "changed",
      "unchanged",
      "new",
      "unknown_sku",
      "unknown_location",
      "twice",
      "out_of_range",
      "units_held",
    ]),
  })
  .meta({ id: "ImportRow" });
export type ImportRow = z.infer<typeof ImportRowSchema>;

export const ImportAnswerSchema = z
  .object({
    serverNow: InstantSchema,
    /** `preview`: every row can be done. `refused`: one cannot, and nothing was done. */
    outcome: z.enum(["preview", "refused", "applied"]),
    version: z.string(),
    rows: z.array(ImportRowSchema),
  })
  .meta({ id: "ImportAnswer" });
export type ImportAnswer = z.infer<typeof ImportAnswerSchema>;
