import type Stripe from "stripe";
import type { CheckoutParams, LineItemParams } from "./checkout-params.ts";
import type { Totals } from "./checkout-rules.ts";
import { newId, nowInSeconds } from "./world.ts";

/** A session as Stripe shows it right after it was made. Its payment intent is made by the first try to pay. */
export function newSession(
  params: CheckoutParams,
  made: { totals: Totals; expiresAt: number; methods: string[]; payUrl: (id: string) => string },
): Stripe.Checkout.Session {
  const { totals, expiresAt, methods } = made;
  const id = newId("cs_test", 42);
  const email = params.customer_email ?? null;
  const shippingRate = params.shipping_options?.length ? newId("shr") : null;
  return {
    id,
    object: "checkout.session",
    adaptive_pricing: { enabled: false },
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: totals.subtotal,
    amount_total: totals.total,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: nowInSeconds(),
    currency: totals.currency,
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: params.custom_text?.submit ?? null,
      terms_of_service_acceptance: null,
    },
    customer: null,
    customer_account: null,
    customer_creation: params.customer_creation ?? "if_required",
    customer_details: email === null ? null : { ...nobody, email },
    customer_email: email,
    discounts: [],
    ...(params.excluded_payment_method_types && {
      excluded_payment_method_types: params.excluded_payment_method_types,
    }),
    expires_at: expiresAt,
    integration_identifier: params.integration_identifier ?? null,
    invoice: null,
    invoice_creation: {
      enabled: false,
      invoice_data: {
        account_tax_ids: null,
        custom_fields: null,
        description: null,
        footer: null,
        issuer: null,
        metadata: {},
        rendering_options: null,
      },
    },
    livemode: false,
    locale: params.locale ?? null,
    managed_payments: null,
    metadata: params.metadata,
    mode: "payment",
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: "if_required",
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: methods,
    payment_status: "unpaid",
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost:
      shippingRate === null
        ? null
        : {
            amount_subtotal: totals.shipping,
            amount_tax: 0,
            amount_total: totals.shipping,
            shipping_rate: shippingRate,
          },
    shipping_options:
      shippingRate === null ? [] : [{ shipping_amount: totals.shipping, shipping_rate: shippingRate }],
    status: "open",
    submit_type: params.submit_type ?? null,
    subscription: null,
    success_url: params.success_url,
    total_details: { amount_discount: 0, amount_shipping: totals.shipping, amount_tax: 0 },
    ui_mode: params.ui_mode,
    url: made.payUrl(id),
    wallet_options: null,
  };
}

export const nobody: Stripe.Checkout.Session.CustomerDetails = {
  address: null,
  business_name: null,
  email: null,
  individual_name: null,
  name: null,
  phone: null,
  tax_exempt: "none",
  tax_ids: [],
};

export function newLineItem({ price_data: data, quantity, metadata = {} }: LineItemParams): Stripe.LineItem {
  const amount = data.unit_amount * quantity;
  return {
    id: newId("li"),
    object: "item",
    adjustable_quantity: null,
    amount_discount: 0,
    amount_subtotal: amount,
    amount_tax: 0,
    amount_total: amount,
    currency: data.currency,
    description: data.product_data.name,
    metadata,
    price: {
      id: newId("price"),
      object: "price",
      active: false,
      billing_scheme: "per_unit",
      created: nowInSeconds(),
      currency: data.currency,
      custom_unit_amount: null,
      livemode: false,
      lookup_key: null,
      metadata: {},
      nickname: null,
      product: newId("prod"),
      recurring: null,
      tax_behavior: data.tax_behavior ?? "unspecified",
      tiers_mode: null,
      transform_quantity: null,
      type: "one_time",
      unit_amount: data.unit_amount,
      // A decimal number in the package, text on the way to it.
      unit_amount_decimal: String(data.unit_amount) as unknown as null,
    },
    quantity,
  };
}
