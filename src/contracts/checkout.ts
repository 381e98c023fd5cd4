import { z } from "zod";
import { AddressSchema } from "./address";
import { CurrencySchema, EmailSchema, IdSchema, InstantSchema, MoneySchema } from "./common";
import { CartLineSchema } from "./reservations";

/** What the cart costs now, by the database. A checkout is agreed to by its `cartVersion` and `totalCents`. */
export const QuoteSchema = z
  .object({
    cartVersion: z.string(),
    lines: z.array(CartLineSchema),
    subtotalCents: MoneySchema,
    shippingCents: MoneySchema,
    totalCents: MoneySchema,
    /** `null` while the cart is empty. */
    currency: CurrencySchema.nullable(),
  })
  .meta({ id: "Quote" });
export type Quote = z.infer<typeof QuoteSchema>;

/**
 * The shopper's payment that is not finished. Its units are kept until `windowEndsAt`. `url` is where to pay, `null`
 * while Stripe could not be asked for it: sending the checkout again asks again. `processing`: the bank has the last
 * word, and there is no way back.
 */
export const OpenPaymentSchema = z
  .object({
    orderId: IdSchema,
    orderUrl: z.string(),
    status: z.enum(["open", "processing"]),
    url: z.string().nullable(),
    windowEndsAt: InstantSchema,
    shippingCents: MoneySchema,
    totalCents: MoneySchema,
    currency: CurrencySchema,
    lines: z.array(
      z.object({
        name: z.string(),
        quantity: z.int().min(1),
        unitPriceCents: MoneySchema,
        imagePath: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: "OpenPayment" });
export type OpenPayment = z.infer<typeof OpenPaymentSchema>;

/** `GET /api/checkout`: what the page of the checkout shows. Changes nothing. */
export const CheckoutSchema = z.object({
  serverNow: InstantSchema,
  quote: QuoteSchema,
  openPayment: OpenPaymentSchema.nullable(),
});
export type Checkout = z.infer<typeof CheckoutSchema>;

/** `POST /api/checkout`: buys the cart as the shopper saw it. */
export const CheckoutBodySchema = z.strictObject({
  cartVersion: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[\x21-\x7e]*$/, "Not a version of a cart"),
  /** With shipping. */
  expectedTotalCents: MoneySchema,
  email: EmailSchema,
  address: z.strictObject(AddressSchema.shape),
});
export type CheckoutBody = z.infer<typeof CheckoutBodySchema>;

/**
 * Answer to it (201): send the browser to `url`, which is Stripe's page, or the order's where nothing is to be paid.
 * `windowEndsAt`: until when the units are kept for the payment; `null` where nothing is to be paid.
 */
export const CheckoutAnswerSchema = z.object({
  serverNow: InstantSchema,
  orderId: IdSchema,
  url: z.string(),
  windowEndsAt: InstantSchema.nullable(),
});
export type CheckoutAnswer = z.infer<typeof CheckoutAnswerSchema>;

/** `cart_changed`: what is not as the shopper saw it, as far as the database knows. `before` and `after` are units or cents. */
export const CartDifferenceSchema = z
  .object({
    variantId: IdSchema,
    productName: z.string(),
    variantName: z.string(),
    change: z.enum(["gone", "quantity", "price", "new"]),
    before: z.int().nullish(),
    after: z.int().nullish(),
  })
  .meta({ id: "CartDifference" });
export type CartDifference = z.infer<typeof CartDifferenceSchema>;

/**
 * `DELETE /api/checkout`: back to the cart. `returned`: the units are in the cart again. `none`: no payment was open.
 * `paid`: too late, it was paid; the order says what became of it.
 */
export const BackAnswerSchema = z.object({
  serverNow: InstantSchema,
  outcome: z.enum(["returned", "none", "paid"]),
  orderId: IdSchema.optional(),
  orderUrl: z.string().optional(),
});
export type BackAnswer = z.infer<typeof BackAnswerSchema>;
