import { z } from "zod";
import { IdSchema, InstantSchema, MAX_LINES, QuantitySchema } from "./common";
import { HoldSchema } from "./reservations";

/** `all_or_nothing`: one line that is refused leaves all as they were. `partial`: each line as it goes. */
const ModeSchema = z.enum(["all_or_nothing", "partial"]).default("all_or_nothing");

const WantedLineSchema = z.strictObject({ variantId: IdSchema, quantity: QuantitySchema });
const HeldLineSchema = z.strictObject({ reservationId: IdSchema });
const linesOf = <Line extends z.ZodType>(line: Line) => z.array(line).min(1).max(MAX_LINES);

/** `POST /api/stock/reservations/bulk`: a whole cart at once. Lines of one variant are taken as their sum. */
export const BulkBodySchema = z.discriminatedUnion("operation", [
  z.strictObject({ operation: z.literal("reserve"), mode: ModeSchema, items: linesOf(WantedLineSchema) }),
  z.strictObject({ operation: z.literal("extend"), mode: ModeSchema, items: linesOf(HeldLineSchema) }),
  z.strictObject({ operation: z.literal("release"), mode: ModeSchema, items: linesOf(HeldLineSchema) }),
]);
export type BulkBody = z.infer<typeof BulkBodySchema>;
export type BulkMode = BulkBody["mode"];

/** What stood in the way of a line: units that could be had, and when the next hold of somebody else ends. */
const shortage = {
  available: z.int().optional(),
  requested: z.int().optional(),
  shortfall: z.int().optional(),
  nextReleaseAt: InstantSchema.nullable().optional(),
};

/** One for each variant, in the order of its first line. With `partial` a short line may hold some units. */
export const ReserveLineSchema = z
  .object({
    variantId: IdSchema,
    outcome: z.enum(["held", "insufficient_stock", "limit_reached", "variant_not_found", "not_attempted"]),
    reservation: HoldSchema.nullable(),
    replacesId: IdSchema.nullable(),
    limit: z.object({ name: z.string(), value: z.int() }).optional(),
    ...shortage,
  })
  .meta({ id: "ReserveLine" });
export type ReserveLine = z.infer<typeof ReserveLineSchema>;

/** One for each id, in order. */
export const ExtendLineSchema = z
  .object({
    reservationId: IdSchema,
    outcome: z.enum([
      "extended",
      "held_again",
      "hold_expired",
      "extension_limit",
      "payment_open",
      "reservation_ended",
      "reservation_not_found",
      "not_attempted",
    ]),
    reservation: HoldSchema.nullable(),
    replacesId: IdSchema.nullable(),
    ...shortage,
  })
  .meta({ id: "ExtendLine" });
export type ExtendLine = z.infer<typeof ExtendLineSchema>;

/** One for each id, in order. `not_held`: it has ended already or is not the shopper's; nothing was to be done. */
export const ReleaseLineSchema = z
  .object({
    reservationId: IdSchema,
    outcome: z.enum(["released", "not_held", "payment_open", "not_attempted"]),
  })
  .meta({ id: "ReleaseLine" });
export type ReleaseLine = z.infer<typeof ReleaseLineSchema>;

/** `done`: every line. `partial`: some; the others say why not. Where nothing was done the answer is a problem. */
const BulkOutcomeSchema = z.enum(["done", "partial"]);
const bulkAnswer = <Name extends BulkBody["operation"], Line extends z.ZodType>(
  operation: Name,
  line: Line,
) =>
  z.object({
    serverNow: InstantSchema,
    operation: z.literal(operation),
    outcome: BulkOutcomeSchema,
    lines: z.array(line),
  });

export const BulkAnswerSchema = z.discriminatedUnion("operation", [
  bulkAnswer("reserve", ReserveLineSchema),
  bulkAnswer("extend", ExtendLineSchema),
  bulkAnswer("release", ReleaseLineSchema),
]);
export type BulkAnswer = z.infer<typeof BulkAnswerSchema>;

/** A line of the problem `bulk_refused`. */
export const BulkLineSchema = z.union([ReserveLineSchema, ExtendLineSchema, ReleaseLineSchema]);
export type BulkLine = z.infer<typeof BulkLineSchema>;
