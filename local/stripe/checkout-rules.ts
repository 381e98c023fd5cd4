import { invalid } from "./api-error.ts";
import type { CheckoutParams } from "./checkout-params.ts";
import { nowInSeconds } from "./world.ts";

// What Stripe refuses of parameters that are well-formed each by itself.

const MINUTES = 60;
const HOURS = 60 * MINUTES;

/** https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, of the larger currencies. */
const least: Record<string, number> = { usd: 50, eur: 50, gbp: 30, chf: 50, cad: 50, aud: 50, jpy: 50 };

/** Debits take days in the real world; a session of the right currency offers one unless told otherwise. */
const bankDebits: Record<string, string> = { usd: "us_bank_account", eur: "sepa_debit", gbp: "bacs_debit" };

export const isDelayed = (method: string): boolean => Object.values(bankDebits).includes(method);

export function checkedExpiry(expiresAt: number | undefined): number {
  const now = nowInSeconds();
  const param = "expires_at";
  if (expiresAt === undefined) return now + 24 * HOURS;
  if (expiresAt < now + 30 * MINUTES) {
    throw invalid("The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", {
      param,
    });
  }
  if (expiresAt > now + 24 * HOURS) {
    throw invalid("The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", {
      param,
    });
  }
  return expiresAt;
}

export type Totals = { currency: string; subtotal: number; shipping: number; total: number };

export function checkedTotals(params: CheckoutParams): Totals {
  const [first] = params.line_items;
  const currency = first?.price_data.currency ?? "";
  const [shippingOption] = params.shipping_options ?? [];
  const shippingAmount = shippingOption?.shipping_rate_data.fixed_amount;
  const currencies = params.line_items.map(({ price_data }) => price_data.currency);
  if (params.currency) currencies.push(params.currency);
  if (shippingAmount) currencies.push(shippingAmount.currency);
  if (currencies.some((each) => each !== currency)) {
    throw invalid("All line items must have the same currency.", { param: "line_items" });
  }
  const subtotal = params.line_items.reduce(
    (sum, item) => sum + item.price_data.unit_amount * item.quantity,
    0,
  );
  const shipping = shippingAmount?.amount ?? 0;
  const total = subtotal + shipping;
  if (total > 0 && total < (least[currency] ?? 1)) {
    const message = `The Checkout Session's total amount due must add up to at least ${least[currency]} ${currency}`;
    throw invalid(message, { code: "amount_too_small" });
  }
  if (total > 99_999_999) {
    const message = "The Checkout Session's total amount due must be no more than $999,999.99";
    throw invalid(message, { code: "amount_too_large" });
  }
  return { currency, subtotal, shipping, total };
}

/** The account's own methods, here a card and the debit of the currency, as far as the session lets them through. */
export function offeredMethods(params: CheckoutParams, currency: string): string[] {
  const own = ["card", ...(bankDebits[currency] ? [bankDebits[currency]] : [])];
  const { excluded_payment_method_types: excluded = [], allowed_payment_method_types: allowed = own } =
    params;
  const offered = own.filter((method) => allowed.includes(method) && !excluded.includes(method));
  if (offered.length > 0) return offered;
  throw invalid("No valid payment method types for this Checkout Session.");
}
