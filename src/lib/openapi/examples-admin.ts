import { EXPIRES_AT, hold, product, RESERVATION_ID, SERVER_NOW, VARIANT_ID } from "./examples";

// What admins are shown.

export const LOCATION_ID = "c0000000-0000-4000-8000-000000000001";
export const SHOPPER_ID = "5e0c9b1a-7d34-4f62-8a1e-2b6d9c4f7e03";
export const ADMIN_ID = "d0000000-0000-4000-8000-000000000001";

export const adminHold = {
  reservationId: RESERVATION_ID,
  shopperId: SHOPPER_ID,
  variantId: VARIANT_ID,
  sku: "VASE-S",
  productName: "Tidewater Vase",
  variantName: "Small, 14 cm",
  locationCode: "main",
  quantity: 2,
  state: "active",
  heldAt: SERVER_NOW,
  expiresAt: EXPIRES_AT,
  maxExpiresAt: hold.maxExpiresAt,
  endedAt: null,
  durationSeconds: 900,
  isWithdrawn: false,
  replacesId: null,
};

export const adminProduct = {
  id: product.id,
  slug: product.slug,
  name: product.name,
  tagline: product.tagline,
  description: product.description,
  imagePath: product.imagePath,
  imageAlt: product.imageAlt,
  position: 1,
  holdSeconds: null,
  isPublished: true,
  publishedAt: SERVER_NOW,
  variants: [
    { id: VARIANT_ID, sku: "VASE-S", name: "Small, 14 cm", priceCents: 6800, currency: "EUR", position: 1 },
  ],
};

export const level = {
  variantId: VARIANT_ID,
  locationId: LOCATION_ID,
  sku: "VASE-S",
  productName: "Tidewater Vase",
  variantName: "Small, 14 cm",
  locationCode: "main",
  onHand: 12,
  reserved: 2,
  lapsedUnits: 0,
  safetyStock: 0,
  available: 10,
};

export const finding = {
  kind: "reserved_drift",
  variantId: VARIANT_ID,
  locationId: LOCATION_ID,
  reservationId: null,
  expected: "2",
  found: "3",
};

export const overview = {
  serverNow: SERVER_NOW,
  since: "2026-11-21T09:00:00.000000+00:00",
  made: 420,
  confirmed: 130,
  released: 95,
  expired: 170,
  active: 20,
  paying: 5,
  heldSecondsMedian: 512.4,
  heldSecondsP90: 900,
  refusals: { insufficient_stock: { requests: 60, units: 75 } },
  conversion: 0.3291,
  live: { activeHolds: 20, activeUnits: 31, payingHolds: 5, payingUnits: 6, lapsedHolds: 2 },
  unit: "hour",
  series: [{ at: SERVER_NOW, made: 18, confirmed: 6, released: 4, expired: 7 }],
  products: [
    {
      productId: product.id,
      name: "Tidewater Vase",
      refusedRequests: 12,
      refusedUnits: 14,
      blockedUnitHours: 7.25,
    },
  ],
};

export const settings = {
  holdSeconds: 900,
  vipHoldSeconds: 1800,
  maxHoldTurns: 11,
  maxUnitsPerLine: 100,
  maxUnitsPerVariant: 100,
  maxUnitsPerShopper: 500,
  maxHoldsPerMinute: 60,
  shownStockLimit: 20,
  lowStockAt: 5,
  lowStockClearsAt: 10,
  lapsedShownSeconds: 1800,
  trailKeptDays: 365,
  mergedGuestSeconds: 600,
  maxUnconvertedHolds: 5,
  unconvertedWindowSeconds: 7200,
  coolDownSeconds: 900,
  maxSharePerAddressPercent: 25,
  minUnitsPerAddress: 3,
  maxUnitsPerAddress: 1000,
  maxRequestsPerAddress: 600,
  shippingCents: 490,
  paymentWindowSeconds: 900,
  maxPayingSeconds: 3600,
  minReturnedSeconds: 120,
};

export const timeline = {
  serverNow: SERVER_NOW,
  at: SERVER_NOW,
  variantId: VARIANT_ID,
  sku: "VASE-S",
  productName: "Tidewater Vase",
  variantName: "Small, 14 cm",
  isPublished: true,
  levels: [
    {
      locationCode: "main",
      onHand: 2,
      safetyStock: 0,
      heldUnits: 2,
      holds: 1,
      payingUnits: 0,
      payments: 0,
      lapsedUnits: 0,
      available: 0,
    },
  ],
  events: [
    {
      at: SERVER_NOW,
      actor: "shopper",
      cause: "reserve",
      entity: "reservation",
      reservationId: RESERVATION_ID,
      reason: null,
      before: null,
      after: { status: "active", quantity: 2, expiresAt: EXPIRES_AT, shopperId: SHOPPER_ID },
    },
  ],
  left: 0,
};

/** One pixel, in base64, and where it is served. */
export const SMALLEST_PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mPgDQwBAAEhALPBTpomAAAAAElFTkSuQmCC";
export const UPLOADED_PATH = "/pictures/f5a53248567b45aac10c67c2224328f9aeb3fdfbfdb270d4f599ffcc548b9844.png";
