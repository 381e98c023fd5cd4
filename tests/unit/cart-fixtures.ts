import type { Cart, CartLine, HoldAnswer, LapsedLine } from "@/contracts/reservations";

export const NOON = "2026-11-22T12:00:00.000Z";

/** An instant, counted in seconds from noon. */
export const at = (seconds: number) => new Date(Date.parse(NOON) + seconds * 1_000).toISOString();

export const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const VASE = {
  productSlug: "tidewater-vase",
  productName: "Tidewater Vase",
  variantName: "Large",
  imagePath: "/products/tidewater-vase.svg",
  imageAlt: "A vase",
  unitPriceCents: 18_500,
  currency: "EUR",
};

export function line(changes: Partial<CartLine> = {}): CartLine {
  return {
    reservationId: uuid(1),
    variantId: uuid(101),
    quantity: 1,
    status: "active",
    heldAt: NOON,
    durationSeconds: 900,
    expiresAt: at(900),
    maxExpiresAt: at(9_900),
    ...VASE,
    ...changes,
  };
}

export const mug = (changes: Partial<CartLine> = {}) =>
  line({
    reservationId: uuid(2),
    variantId: uuid(102),
    heldAt: at(1),
    productName: "Lighthouse Mug",
    variantName: "Fog white",
    unitPriceCents: 2_400,
    ...changes,
  });

export function lapsedLine(changes: Partial<LapsedLine> = {}): LapsedLine {
  return {
    reservationId: uuid(1),
    variantId: uuid(101),
    quantity: 1,
    expiredAt: at(900),
    reason: "expired",
    ...VASE,
    ...changes,
  };
}

export function cart(seconds: number, lines: CartLine[], lapsed: LapsedLine[] = []): Cart {
  return {
    serverNow: at(seconds),
    cartVersion: lines.map((one) => `${one.reservationId}:${one.quantity}`).join(" "),
    lines,
    lapsed,
    totalQuantity: lines.reduce((sum, one) => sum + one.quantity, 0),
    totalCents: lines.reduce((sum, one) => sum + one.quantity * one.unitPriceCents, 0),
    currency: lines[0]?.currency ?? null,
  };
}

export function answer(
  seconds: number,
  held: CartLine,
  outcome: HoldAnswer["outcome"] = "held",
  replacesId: string | null = null,
): HoldAnswer {
  const { reservationId, variantId, quantity, status, heldAt, durationSeconds, expiresAt, maxExpiresAt } =
    held;
  return {
    serverNow: at(seconds),
    outcome,
    replacesId,
    reservation: {
      reservationId,
      variantId,
      quantity,
      status,
      heldAt,
      durationSeconds,
      expiresAt,
      maxExpiresAt,
    },
  };
}
