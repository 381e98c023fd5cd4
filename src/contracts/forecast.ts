import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MAX_LINES, MoneySchema } from "./common";

/** `POST /api/stock/reservations/validate`: these holds, or without ids the whole cart, as with GET. */
export const ForecastBodySchema = z.strictObject({
  reservationIds: z.array(IdSchema).min(1).max(MAX_LINES).optional(),
});
export type ForecastBody = z.infer<typeof ForecastBodySchema>;

/**
 * What would happen to a line if the shopper paid now. `would_be_held_again`: it has lapsed and its units are free.
 * `hold_expired`: it has lapsed and they are not. `variant_not_found`: it is no longer for sale.
 */
const CartForecastSchema = z.object({
  reservationId: IdSchema,
  outcome: z.enum(["held", "would_be_held_again", "hold_expired", "variant_not_found"]),
  variantId: IdSchema,
  quantity: z.int().min(1),
  unitPriceCents: MoneySchema,
  currency: CurrencySchema,
  /** When the hold ends, or ended. */
  expiresAt: InstantSchema,
  /** Units that could be held in addition; counted as far as everybody is told. */
  available: z.int().min(0),
  /** With `hold_expired`, when only others hold the units: when the first of those holds ends. */
  nextReleaseAt: InstantSchema.nullable(),
});

/** An id that was asked for and is no line of this shopper's cart: ended, being paid, somebody else's or nobody's. */
const NotInCartSchema = z.object({ reservationId: IdSchema, outcome: z.literal("not_in_cart") });

export const ForecastLineSchema = z
  .discriminatedUnion("outcome", [CartForecastSchema, NotInCartSchema])
  .meta({ id: "ForecastLine" });
export type ForecastLine = z.infer<typeof ForecastLineSchema>;

/** `GET` and `POST /api/stock/reservations/validate`. A forecast from one look, without locks: it promises nothing. */
export const ForecastSchema = z
  .object({
    serverNow: InstantSchema,
    /** There is a line, and every line is held or would be held again. */
    wouldSucceed: z.boolean(),
    lines: z.array(ForecastLineSchema),
  })
  .meta({ id: "Forecast" });
export type Forecast = z.infer<typeof ForecastSchema>;
