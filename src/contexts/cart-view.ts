import type { Cart, CartLine, HoldAnswer, LapsedLine } from "@/contracts/reservations";

/** The cart as one answer of the server changes it, until the next full reading confirms it. */
export function withHold(cart: Cart, answer: HoldAnswer): Cart {
  const { reservation, replacesId, serverNow } = answer;
  const shown = shownOf(cart, reservation.variantId);
  // A variant that the cart has never shown has no name or price yet: the reading that follows brings them.
  if (shown === undefined) return { ...cart, serverNow };
  const others = cart.lines.filter(
    (line) => line.reservationId !== reservation.reservationId && line.reservationId !== replacesId,
  );
  const lines = [...others, { ...shown, ...reservation }].toSorted(
    (one, other) => Date.parse(one.heldAt) - Date.parse(other.heldAt),
  );
  const lapsed = cart.lapsed.filter((line) => line.variantId !== reservation.variantId);
  return { ...withTotals(cart, lines), lapsed, serverNow };
}

export function withoutLines(cart: Cart, reservationIds: readonly string[], serverNow: string): Cart {
  const lines = cart.lines.filter((line) => !reservationIds.includes(line.reservationId));
  const newest = Date.parse(serverNow) > Date.parse(cart.serverNow) ? serverNow : cart.serverNow;
  return { ...withTotals(cart, lines), serverNow: newest };
}

function withTotals(cart: Cart, lines: CartLine[]): Cart {
  return {
    ...cart,
    lines,
    totalQuantity: lines.reduce((sum, line) => sum + line.quantity, 0),
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
    currency: lines[0]?.currency ?? null,
  };
}

function shownOf(cart: Cart, variantId: string) {
  const known: CartLine | LapsedLine | undefined =
    cart.lines.find((line) => line.variantId === variantId) ??
    cart.lapsed.find((line) => line.variantId === variantId);
  if (known === undefined) return undefined;
  const { productSlug, productName, variantName, imagePath, imageAlt, unitPriceCents, currency } = known;
  return { productSlug, productName, variantName, imagePath, imageAlt, unitPriceCents, currency };
}
