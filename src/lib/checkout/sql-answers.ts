import { z } from "zod";
import { CurrencySchema, IdSchema, InstantSchema, MoneySchema } from "@/contracts/common";
import { OrderLineSchema, OrderSchema, PaymentStatusSchema } from "@/contracts/orders";

/** A payment as the SQL functions answer it: all that the call to Stripe is made of. */
export const PaymentSchema = z.object({
  paymentId: IdSchema,
  orderId: IdSchema,
  orderNumber: z.int(),
  /** A guest's is any 128 bits. */
  shopperId: z.guid(),
  status: PaymentStatusSchema,
  amountCents: MoneySchema,
  currency: CurrencySchema,
  email: z.string().nullable(),
  returnOrigin: z.string().nullable(),
  sessionId: z.string().nullable(),
  sessionUrl: z.string().nullable(),
  sessionExpiresAt: InstantSchema.nullable(),
  windowEndsAt: InstantSchema.nullable(),
  paymentIntentId: z.string().nullable(),
  shippingCents: MoneySchema,
  lines: z.array(
    z.object({
      name: z.string(),
      quantity: z.int().min(1),
      unitPriceCents: MoneySchema,
      imagePath: z.string().nullable(),
    }),
  ),
});
export type Payment = z.infer<typeof PaymentSchema>;

/** An order as the SQL functions answer it. More than the contract says, and not to be passed on as it is. */
export const SqlOrderSchema = OrderSchema.extend({
  lines: z.array(OrderLineSchema.extend({ reservationId: IdSchema.nullish() })),
});
export type SqlOrder = z.infer<typeof SqlOrderSchema>;

export const serverNow = InstantSchema;
