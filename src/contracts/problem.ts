import { z } from "zod";
import { HoldInTheWaySchema } from "./admin-stock";
import { BulkLineSchema } from "./bulk";
import { CartDifferenceSchema, QuoteSchema } from "./checkout";
import { IdSchema, InstantSchema, MoneySchema } from "./common";

/**
 * Every error answer: RFC 9457 `application/problem+json` with a stable `code`.
 * Codes are listed in `docs/error-codes.md`; `detail` is for people and may change.
 */
export const ProblemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string(),
    /** `validation_failed` and its kin: where the input was wrong. */
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** `insufficient_stock`: units that could be held now. */
    available: z.int().optional(),
    requested: z.int().optional(),
    /** `insufficient_stock`: requested minus what could be held, in units. */
    shortfall: z.int().optional(),
    /** `insufficient_stock`: when the next hold of somebody else ends, if only holds stand in the way. */
    nextReleaseAt: InstantSchema.nullable().optional(),
    /** `limit_reached`, `too_many_requests`: which cap, and its value. */
    limit: z.object({ name: z.string(), value: z.int() }).optional(),
    /** `bulk_refused`: each line with its outcome. */
    lines: z.array(BulkLineSchema).optional(),
    /** `cart_changed`: the cart as it is now, and what is new about it as far as the database knows. */
    quote: QuoteSchema.optional(),
    differences: z.array(CartDifferenceSchema).optional(),
    /** `payment_open` where it turned out to be paid, `payment_not_complete`: the order, and the path of its page. */
    orderId: IdSchema.optional(),
    orderUrl: z.string().optional(),
    /** `refund_exceeds`: what can still be paid back. */
    refundableCents: MoneySchema.optional(),
    /** `units_held`, `payment_open` of an adjustment: units of holds that would have to go first, and the newest holds. */
    missing: z.int().min(1).optional(),
    holds: z.array(HoldInTheWaySchema).optional(),
    /** 429: seconds after which another attempt makes sense, as `Retry-After` says too. */
    retryAfterSeconds: z.int().min(1).optional(),
    serverNow: InstantSchema.optional(),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof ProblemSchema>;
