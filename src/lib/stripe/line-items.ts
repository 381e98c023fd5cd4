import type Stripe from "stripe";

/** A line of what is paid; minor units of currency for one. */
export type LineWish = { name: string; quantity: number; unitPriceCents: number };

/** Stripe's own limit for a session in mode `payment`. */
const MOST = 100;

/**
 * The lines of a session. Of a cart with more than Stripe takes the last ones are shown as their sum, so that it can
 * be paid all the same: the order lists each of them.
 */
export function lineItems(
  lines: readonly LineWish[],
  currency: string,
): Stripe.Checkout.SessionCreateParams.LineItem[] {
  return withinLimit(lines).map(({ name, quantity, unitPriceCents }) => ({
    quantity,
    price_data: { currency, unit_amount: unitPriceCents, product_data: { name } },
  }));
}

function withinLimit(lines: readonly LineWish[]): readonly LineWish[] {
  if (lines.length <= MOST) return lines;
  const rest = lines.slice(MOST - 1);
  const units = rest.reduce((sum, { quantity }) => sum + quantity, 0);
  const cents = rest.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0);
  return [...lines.slice(0, MOST - 1), { name: `${units} more pieces`, quantity: 1, unitPriceCents: cents }];
}
