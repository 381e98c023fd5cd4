import { z } from "zod";
import { IdSchema, InstantSchema } from "./common";

/** `GET /api/admin/variants/{id}/timeline?at=&minutes=`: now, and an hour around it, when left out. */
export const TimelineQuerySchema = z.strictObject({
  // An offset in an address needs escaping; whoever forgets it sends a blank, which is refused.
  at: InstantSchema.optional(),
  minutes: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, "A whole number from 1 to 1440")
    .transform(Number)
    .pipe(z.int().max(1_440))
    .optional(),
});
export type TimelineQuery = z.infer<typeof TimelineQuerySchema>;

const UnitsSchema = z.int().min(0);

/** A stock level as it was at an instant. Units. */
export const LevelThenSchema = z
  .object({
    locationCode: z.string(),
    onHand: UnitsSchema,
    safetyStock: UnitsSchema,
    heldUnits: UnitsSchema,
    holds: UnitsSchema,
    payingUnits: UnitsSchema,
    payments: UnitsSchema,
    lapsedUnits: UnitsSchema,
    available: UnitsSchema,
  })
  .meta({ id: "LevelThen" });
export type LevelThen = z.infer<typeof LevelThenSchema>;

/** What was there, or what came of it, in the words of the trail that it stands in. */
const FactsSchema = z.record(z.string(), z.unknown()).nullable();

export const ShopEventSchema = z
  .object({
    at: InstantSchema,
    actor: z.string(),
    cause: z.string(),
    entity: z.enum(["reservation", "stock_level", "product", "variant"]),
    reservationId: IdSchema.nullable(),
    reason: z.string().nullable(),
    before: FactsSchema,
    after: FactsSchema,
  })
  .meta({ id: "ShopEvent" });
export type ShopEvent = z.infer<typeof ShopEventSchema>;

export const TimelineSchema = z
  .object({
    serverNow: InstantSchema,
    at: InstantSchema,
    variantId: IdSchema,
    sku: z.string(),
    productName: z.string(),
    variantName: z.string(),
    isPublished: z.boolean(),
    levels: z.array(LevelThenSchema),
    /** Oldest first: the nearest ones to the instant. */
    events: z.array(ShopEventSchema),
    /** How many more there are in that time. */
    left: UnitsSchema,
  })
  .meta({ id: "VariantTimeline" });
export type Timeline = z.infer<typeof TimelineSchema>;
