// What the examples of the document are made of. A test holds each against its schema.

export const VARIANT_ID = "b0000000-0000-4000-8000-000000000011";
export const OTHER_VARIANT_ID = "b0000000-0000-4000-8000-000000000012";
export const RESERVATION_ID = "3f2a6c1e-8d0b-4c57-9a41-0b6f5d2e7c18";
export const OTHER_RESERVATION_ID = "9c4e1b7a-52d3-4f68-8e0a-7d1c3b9f6a25";

export const SERVER_NOW = "2026-11-22T09:00:00.000000+00:00";
export const EXPIRES_AT = "2026-11-22T09:15:00.000000+00:00";

export const hold = {
  reservationId: RESERVATION_ID,
  variantId: VARIANT_ID,
  quantity: 2,
  status: "active",
  heldAt: SERVER_NOW,
  durationSeconds: 900,
  expiresAt: EXPIRES_AT,
  maxExpiresAt: "2026-11-22T11:45:00.000000+00:00",
};

const shown = {
  productSlug: "tidewater-vase",
  productName: "Tidewater Vase",
  variantName: "Small, 14 cm",
  imagePath: "/products/tidewater-vase.svg",
  imageAlt: "A tall stoneware vase with a wave-blue glaze",
  unitPriceCents: 6800,
  currency: "EUR",
};

export const cart = {
  serverNow: SERVER_NOW,
  cartVersion: "5f1d7a84c0b0d2a0f4c6e1b7d93a2c58",
  lines: [{ ...hold, ...shown }],
  lapsed: [],
  totalQuantity: 2,
  totalCents: 13600,
  currency: "EUR",
};

export const availability = {
  variantId: VARIANT_ID,
  state: "in_stock",
  available: 12,
  atLeast: false,
  nextReleaseAt: null,
};

export const heldByOthers = {
  variantId: OTHER_VARIANT_ID,
  state: "held",
  available: 0,
  atLeast: false,
  nextReleaseAt: EXPIRES_AT,
};

export const product = {
  id: "a0000000-0000-4000-8000-000000000001",
  slug: "tidewater-vase",
  name: "Tidewater Vase",
  tagline: "Stoneware, thrown at low tide",
  description: "Thrown in one sitting and glazed with ash from driftwood fires.",
  imagePath: "/products/tidewater-vase.svg",
  imageAlt: "A tall stoneware vase with a wave-blue glaze",
  variants: [
    {
      id: VARIANT_ID,
      sku: "VASE-S",
      name: "Small, 14 cm",
      priceCents: 6800,
      currency: "EUR",
      availability,
    },
  ],
};

export const forecastLine = {
  reservationId: RESERVATION_ID,
  outcome: "held",
  variantId: VARIANT_ID,
  quantity: 2,
  unitPriceCents: 6800,
  currency: "EUR",
  expiresAt: EXPIRES_AT,
  available: 10,
  nextReleaseAt: null,
};

export const ORDER_ID = "d5a1c3e7-9b2f-4d68-8a4c-1e7f0b3d6c92";
export const ORDER_URL = `/orders/${ORDER_ID}?key=pZ3kq0T1c9bXo7mJr5vYwL2sHd8NfGaUeQ4iKx6tRzM`;
export const ORDER_LINE_ID = "e2b7d4f9-0c6a-4e13-9f58-3a7c1d5b8e60";
export const REFUND_ID = "f8c0a6b2-7d41-4935-b3e6-5c9f2a1d7048";

export const address = {
  name: "Mara Quayside",
  line1: "4 Harbour Street",
  line2: null,
  postalCode: "2042",
  city: "Galway",
  country: "IE",
};

export const order = {
  orderId: ORDER_ID,
  number: 1001,
  status: "paid",
  source: "checkout",
  createdAt: SERVER_NOW,
  paidAt: SERVER_NOW,
  shippedAt: null,
  cancelledAt: null,
  refundedAt: null,
  email: "mara@example.com",
  address,
  currency: "EUR",
  subtotalCents: 13600,
  shippingCents: 490,
  totalCents: 14090,
  refundedCents: 0,
  tracking: null,
  paymentStatus: "succeeded",
  windowEndsAt: EXPIRES_AT,
  lines: [
    {
      orderLineId: ORDER_LINE_ID,
      variantId: VARIANT_ID,
      sku: "VASE-S",
      productName: "Tidewater Vase",
      variantName: "Small, 14 cm",
      imagePath: "/products/tidewater-vase.svg",
      quantity: 2,
      unitPriceCents: 6800,
      refundedQuantity: 0,
    },
  ],
  refunds: [],
};

export const quote = {
  cartVersion: cart.cartVersion,
  lines: cart.lines,
  subtotalCents: 13600,
  shippingCents: 490,
  totalCents: 14090,
  currency: "EUR",
};
