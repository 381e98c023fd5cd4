import { z } from "zod";
import { IdSchema, InstantSchema } from "@/contracts/common";
import { HoldSchema } from "@/contracts/reservations";

const held = { reservation: HoldSchema, replacesId: IdSchema.nullable() };
const short = {
  requested: z.int(),
  available: z.int(),
  shortfall: z.int(),
  nextReleaseAt: InstantSchema.nullable(),
};

const InsufficientSchema = z.object({ outcome: z.literal("insufficient_stock"), ...short });
const limit = z.object({ name: z.string(), value: z.int(), retryAfterSeconds: z.int().optional() });
const LimitSchema = z.object({
  outcome: z.literal("limit_reached"),
  requested: z.int(),
  shortfall: z.int(),
  limit,
});
const PlainSchema = z.object({
  outcome: z.enum([
    "variant_not_found",
    "reservation_not_found",
    "reservation_ended",
    "payment_open",
    "extension_limit",
  ]),
});

const refusals = [InsufficientSchema, LimitSchema, PlainSchema] as const;

/** A line as `reserve_stock` and `set_reservation_quantity` answer it. */
export const LineAnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("held"), ...held }),
  ...refusals,
]);

/** A hold as `extend_reservations` answers it: `expired` says in `refusal` why it could not be taken again. */
export const ExtensionSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["extended", "held_again"]), ...held }),
  z.object({
    outcome: z.literal("expired"),
    refusal: z.string(),
    ...z.object(short).partial().shape,
    limit: limit.nullish(),
  }),
  PlainSchema,
]);

export type SqlRefusal = z.infer<(typeof refusals)[number]>;
