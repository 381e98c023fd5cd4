import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MoneySchema, QuantitySchema } from "./common";

/** A live hold: units of one variant, kept for one shopper until `expiresAt`. */
export const HoldSchema = z
  .object({
    reservationId: IdSchema,
    variantId: IdSchema,
    quantity: z.int().min(1),
    status: z.enum(["active", "paying"]),
    /** When the hold began and how long one turn lasts, in seconds. */
    heldAt: InstantSchema,
    durationSeconds: z.int().min(1),
    expiresAt: InstantSchema,
    /** No extension goes past this. Equal to `expiresAt` when the hold cannot be extended any more. */
    maxExpiresAt: InstantSchema,
  })
  .meta({ id: "Hold" });
export type Hold = z.infer<typeof HoldSchema>;

const lineOfShop = {
  productSlug: z.string(),
  productName: z.string(),
  variantName: z.string(),
  imagePath: z.string(),
  imageAlt: z.string(),
  unitPriceCents: MoneySchema,
  currency: CurrencySchema,
};

/** A line of the cart is a live hold with what the shopper needs to see of it. */
export const CartLineSchema = HoldSchema.extend(lineOfShop).meta({ id: "CartLine" });
export type CartLine = z.infer<typeof CartLineSchema>;

/** A hold that was lost recently, most often to time: "no longer held", with "hold again". */
export const LapsedLineSchema = z
  .object({
    reservationId: IdSchema,
    variantId: IdSchema,
    quantity: z.int().min(1),
    expiredAt: InstantSchema,
    /** `withdrawn`: the shop took it back, because the units turned out not to be there. */
    reason: z.enum(["expired", "withdrawn"]),
    ...lineOfShop,
  })
  .meta({ id: "LapsedLine" });
export type LapsedLine = z.infer<typeof LapsedLineSchema>;

/** `GET /api/stock/reservations`: the cart. Lines are ordered by `heldAt`, oldest first. */
export const CartSchema = z
  .object({
    serverNow: InstantSchema,
    /** Changes whenever a line, a quantity or a price of the cart does. */
    cartVersion: z.string(),
    lines: z.array(CartLineSchema),
    lapsed: z.array(LapsedLineSchema),
    totalQuantity: z.int().min(0),
    totalCents: MoneySchema,
    /** `null` while the cart is empty. */
    currency: CurrencySchema.nullable(),
  })
  .meta({ id: "Cart" });
export type Cart = z.infer<typeof CartSchema>;

/** `POST /api/stock/reservations`: `add` to what the shopper holds, or `set` the line to a quantity. */
export const ReserveBodySchema = z.strictObject({
  variantId: IdSchema,
  quantity: QuantitySchema,
  mode: z.enum(["add", "set"]).default("add"),
});
export type ReserveBody = z.infer<typeof ReserveBodySchema>;

/** `PUT /api/stock/reservations` */
export const ChangeBodySchema = z.discriminatedUnion("action", [
  z.strictObject({ action: z.literal("extend"), reservationId: IdSchema }),
  z.strictObject({ action: z.literal("set_quantity"), reservationId: IdSchema, quantity: QuantitySchema }),
  z.strictObject({
    action: z.literal("confirm"),
    reservationId: IdSchema,
    /** The id of the Checkout Session or of the payment intent. */
    paymentId: z.string().regex(/^(cs|pi)_[A-Za-z0-9_]{1,250}$/, "Not the id of a payment at Stripe"),
  }),
]);
export type ChangeBody = z.infer<typeof ChangeBodySchema>;

/**
 * Answer to POST (201) and PUT (200): the hold as it is now.
 * `replacesId` is set when a lapsed hold was taken again: the old id is gone for good.
 */
export const HoldAnswerSchema = z
  .object({
    serverNow: InstantSchema,
    outcome: z.enum(["held", "extended", "quantity_set", "held_again"]),
    reservation: HoldSchema,
    replacesId: IdSchema.nullable(),
  })
  .meta({ id: "HoldAnswer" });
export type HoldAnswer = z.infer<typeof HoldAnswerSchema>;

/** Answer to `confirm` (200): the hold was sold with this order. `orderUrl` is the path of its page. */
export const ConfirmAnswerSchema = z.object({
  serverNow: InstantSchema,
  outcome: z.literal("confirmed"),
  reservationId: IdSchema,
  orderId: IdSchema,
  orderUrl: z.string(),
});
export type ConfirmAnswer = z.infer<typeof ConfirmAnswerSchema>;

/** `DELETE /api/stock/reservations?reservationId=…` or `?all=true`: exactly one of the two. */
export const ReleaseQuerySchema = z.union([
  z.strictObject({ reservationId: IdSchema }),
  z.strictObject({ all: z.literal("true") }),
]);
/** Repeating a release is fine: it answers 200 with `released: 0`. */
export const ReleaseAnswerSchema = z.object({ serverNow: InstantSchema, released: z.int().min(0) });
export type ReleaseAnswer = z.infer<typeof ReleaseAnswerSchema>;
