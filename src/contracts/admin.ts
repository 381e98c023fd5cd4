import { z } from "zod";
import { IdSchema, InstantSchema } from "./common";

/** Hours as a query writes them: digits and nothing else, 1 to 720 (thirty days). */
const HoursSchema = z
  .string()
  .regex(/^[1-9]\d{0,2}$/, "A whole number from 1 to 720")
  .transform(Number)
  .pipe(z.int().max(720));

/** `GET /api/admin/statistics?hours=24` */
export const StatisticsQuerySchema = z.strictObject({ hours: HoursSchema.default(24) });

/** What became of the holds that were made in the period. Counts are holds, times are seconds. */
export const StatisticsSchema = z
  .object({
    serverNow: InstantSchema,
    since: InstantSchema,
    made: z.int().min(0),
    confirmed: z.int().min(0),
    released: z.int().min(0),
    expired: z.int().min(0),
    active: z.int().min(0),
    paying: z.int().min(0),
    /** From the beginning of a hold to its end, or to now; `null` where none was made. */
    heldSecondsMedian: z.number().nullable(),
    heldSecondsP90: z.number().nullable(),
    /** By reason: refused lines, and the units that were missing. */
    refusals: z.record(z.string(), z.object({ requests: z.int(), units: z.int() })),
  })
  .meta({ id: "Statistics" });
export type Statistics = z.infer<typeof StatisticsSchema>;

/** `GET /api/admin/stock-health` */
export const StockHealthSchema = z
  .object({
    serverNow: InstantSchema,
    levels: z.int().min(0),
    soldOut: z.int().min(0),
    lowStock: z.int().min(0),
    /** What the sweep has left, and for how long. */
    lapsedHolds: z.int().min(0),
    oldestLapsedSeconds: z.int().nullable(),
    lastSweepAt: InstantSchema.nullable(),
    /** Findings of the consistency check: anything but 0 wants a look. */
    drift: z.int().min(0),
  })
  .meta({ id: "StockHealth" });
export type StockHealth = z.infer<typeof StockHealthSchema>;

export const FindingSchema = z
  .object({
    kind: z.string(),
    variantId: IdSchema.nullable(),
    locationId: IdSchema.nullable(),
    reservationId: IdSchema.nullable(),
    expected: z.string().nullable(),
    found: z.string().nullable(),
  })
  .meta({ id: "Finding" });

/** `GET /api/admin/consistency`: every drift between counters, holds, shoppers and the ledger. */
export const ConsistencySchema = z.object({ findings: z.array(FindingSchema) });
export type Consistency = z.infer<typeof ConsistencySchema>;
