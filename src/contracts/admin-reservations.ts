import { z } from "zod";
import { ReasonSchema } from "./admin-common";
import { IdSchema, InstantSchema, ShopperIdSchema } from "./common";

/** `active` and `lapsed` are told apart by the clock, not by the sweep. */
export const HOLD_STATES = ["active", "lapsed", "paying", "confirmed", "released", "expired"] as const;
const HoldStateSchema = z.enum(HOLD_STATES);
export type HoldState = z.infer<typeof HoldStateSchema>;

export const AdminHoldSchema = z
  .object({
    reservationId: IdSchema,
    shopperId: ShopperIdSchema,
    variantId: IdSchema,
    /** `null`, as the names, where the variant is gone: a drift. */
    sku: z.string().nullable(),
    productName: z.string().nullable(),
    variantName: z.string().nullable(),
    locationCode: z.string().nullable(),
    quantity: z.int().min(1),
    state: HoldStateSchema,
    heldAt: InstantSchema,
    expiresAt: InstantSchema,
    maxExpiresAt: InstantSchema,
    endedAt: InstantSchema.nullable(),
    durationSeconds: z.int().min(1),
    /** The shop took it back. */
    isWithdrawn: z.boolean(),
    replacesId: IdSchema.nullable(),
  })
  .meta({ id: "AdminHold" });
export type AdminHold = z.infer<typeof AdminHoldSchema>;

/** `GET /api/admin/reservations?state=&variantId=&shopperId=&before=` */
export const AdminHoldsQuerySchema = z.strictObject({
  state: HoldStateSchema.optional(),
  variantId: IdSchema.optional(),
  shopperId: ShopperIdSchema.optional(),
  before: IdSchema.optional(),
});
export type AdminHoldsQuery = z.infer<typeof AdminHoldsQuerySchema>;

export const AdminHoldsSchema = z
  .object({
    serverNow: InstantSchema,
    /** Newest first. */
    reservations: z.array(AdminHoldSchema),
    /** Passed as `before` it brings the following page; `null` at the end. */
    next: IdSchema.nullable(),
  })
  .meta({ id: "AdminHolds" });
export type AdminHolds = z.infer<typeof AdminHoldsSchema>;

const HoldFactsSchema = z.object({
  status: z.enum(["active", "paying", "confirmed", "released", "expired"]),
  quantity: z.int(),
  expiresAt: InstantSchema,
  shopperId: ShopperIdSchema,
});

/** One row of the trail: `before` is `null` for what is new, `after` for what was deleted. */
export const HoldChangeSchema = z.object({
  at: InstantSchema,
  actor: z.string(),
  cause: z.string(),
  /** Which admin, and the reason given; `null` for what no admin did. */
  adminId: IdSchema.nullable(),
  reason: z.string().nullable(),
  before: HoldFactsSchema.nullable(),
  after: HoldFactsSchema.nullable(),
});
export type HoldChange = z.infer<typeof HoldChangeSchema>;

/** `GET /api/admin/reservations/{id}` */
export const AdminHoldAnswerSchema = z
  .object({
    serverNow: InstantSchema,
    reservation: AdminHoldSchema,
    /** The hold that took its units again. */
    replacedBy: IdSchema.nullable(),
    /** Oldest first. */
    timeline: z.array(HoldChangeSchema),
  })
  .meta({ id: "AdminHoldAnswer" });
export type AdminHoldAnswer = z.infer<typeof AdminHoldAnswerSchema>;

/** `POST /api/admin/reservations/{id}/release` */
export const AdminReleaseBodySchema = z.strictObject({ reason: ReasonSchema });
export const AdminReleasedSchema = z
  .object({ serverNow: InstantSchema, reservation: AdminHoldSchema })
  .meta({ id: "AdminReleased" });
export type AdminReleased = z.infer<typeof AdminReleasedSchema>;
