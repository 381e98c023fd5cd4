import { z } from "zod";
import { boolean, currency, email, expand, integer, metadata, text, url } from "./params.ts";

// What `POST /v1/checkout/sessions` takes here. Stripe takes more; what is not listed is refused as unknown, so that
// nobody believes that the stand-in did it.

const priceData = z.strictObject({
  currency,
  unit_amount: integer(0),
  product_data: z.strictObject({
    name: text(250),
    description: text().optional(),
    images: z.array(url).max(8).optional(),
    metadata: metadata.optional(),
    tax_code: text().optional(),
  }),
  tax_behavior: z.enum(["exclusive", "inclusive", "unspecified"]).optional(),
});

const lineItem = z.strictObject({
  price_data: priceData,
  quantity: integer(1, 999_999),
  metadata: metadata.optional(),
});
export type LineItemParams = z.output<typeof lineItem>;

const shippingOption = z.strictObject({
  shipping_rate_data: z.strictObject({
    display_name: text(100),
    type: z.enum(["fixed_amount"]).optional(),
    fixed_amount: z.strictObject({ amount: integer(0), currency }),
    metadata: metadata.optional(),
    tax_behavior: z.enum(["exclusive", "inclusive", "unspecified"]).optional(),
  }),
});

const address = z.strictObject({
  city: z.string().optional(),
  country: z.string().optional(),
  line1: z.string().optional(),
  line2: z.string().optional(),
  postal_code: z.string().optional(),
  state: z.string().optional(),
});

const off = z.strictObject({ enabled: z.literal("false").transform(() => false) });

export const checkoutParams = z.strictObject({
  mode: z.enum(["payment"]),
  ui_mode: z.enum(["hosted_page"]).default("hosted_page"),
  line_items: z.array(lineItem).min(1).max(100),
  success_url: url,
  cancel_url: url.optional(),
  expires_at: integer().optional(),
  currency: currency.optional(),
  customer_email: email.optional(),
  customer_creation: z.enum(["if_required"]).optional(),
  client_reference_id: text(200).optional(),
  metadata: metadata.default({}),
  payment_intent_data: z
    .strictObject({
      capture_method: z.enum(["automatic", "automatic_async"]).optional(),
      description: text(1_000).optional(),
      metadata: metadata.optional(),
      receipt_email: email.optional(),
      shipping: z
        .strictObject({ address, name: text(), phone: text().optional(), carrier: text().optional() })
        .optional(),
      statement_descriptor_suffix: text(22).optional(),
      transfer_group: text().optional(),
    })
    .default({}),
  excluded_payment_method_types: z.array(text()).optional(),
  // In place of `payment_method_types`, which API versions from 2026-09-30 on refuse.
  allowed_payment_method_types: z.array(text()).min(1).optional(),
  shipping_options: z.array(shippingOption).max(5).optional(),
  submit_type: z.enum(["auto", "book", "donate", "pay"]).optional(),
  billing_address_collection: z.enum(["auto", "required"]).optional(),
  custom_text: z.strictObject({ submit: z.strictObject({ message: text(1_200) }).optional() }).optional(),
  locale: text().optional(),
  integration_identifier: text().optional(),
  // Understood in the only way in which the stand-in does them: not at all.
  adaptive_pricing: off.optional(),
  allow_promotion_codes: boolean.optional(),
  automatic_tax: off.optional(),
  invoice_creation: off.optional(),
  phone_number_collection: off.optional(),
  expand,
});
export type CheckoutParams = z.output<typeof checkoutParams>;
