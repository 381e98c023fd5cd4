import { z } from "zod";
import { StatisticsSchema } from "./admin";
import { IdSchema, InstantSchema } from "./common";

const CountSchema = z.int().min(0);

/** `GET /api/admin/overview?hours=24` */
export const OverviewSchema = StatisticsSchema.extend({
  /** Sold holds of all that ended, 0 to 1; `null` where none ended. */
  conversion: z.number().min(0).max(1).nullable(),
  live: z.object({
    activeHolds: CountSchema,
    activeUnits: CountSchema,
    payingHolds: CountSchema,
    payingUnits: CountSchema,
    /** Over, and not swept yet: they block nobody. */
    lapsedHolds: CountSchema,
  }),
  /** How long a slot of the series is. */
  unit: z.enum(["hour", "day"]),
  /** Holds by when they were made, and what became of them. */
  series: z.array(
    z.object({
      at: InstantSchema,
      made: CountSchema,
      confirmed: CountSchema,
      released: CountSchema,
      expired: CountSchema,
    }),
  ),
  /** Products with refused demand or blocked stock, in the shop's order. */
  products: z.array(
    z.object({
      productId: IdSchema,
      name: z.string(),
      refusedRequests: CountSchema,
      refusedUnits: CountSchema,
      /** Units times hours of holds that came to nothing. */
      blockedUnitHours: z.number().min(0),
    }),
  ),
}).meta({ id: "Overview" });
export type Overview = z.infer<typeof OverviewSchema>;
