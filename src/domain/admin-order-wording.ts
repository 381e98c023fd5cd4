import { moneyText } from "./money";
import type { Failure } from "./refusals";

/** Why an admin's change of an order did not happen. Nothing was changed in any of these. */
export function adminOrderFailureText(failure: Failure, refundable?: { cents: number; currency: string }) {
  if (failure.kind === "unreachable") {
    return "The shop did not answer. Look at the order again before you repeat it.";
  }
  if (failure.kind === "unexpected") return "Something went wrong on our side. Look at the order again.";
  switch (failure.code) {
    case "refund_exceeds":
      return refundable === undefined
        ? "That is more than can still be paid back."
        : `That is more than can still be paid back, which is ${moneyText(refundable.cents, refundable.currency)}.`;
    case "not_refundable":
      return "There is no money of this order that could be paid back.";
    case "not_shippable":
      return "Only an order that is paid can be shipped.";
    case "not_cancellable":
      return "This order cannot be cancelled any more. Pay it back instead.";
    case "payment_open":
      return "The shopper is paying this right now. Wait until the payment has come to its end.";
    case "payment_unavailable":
      return "Stripe does not answer right now. Try again in a moment.";
    case "restock_decided":
      return "This was decided otherwise before. A restock is decided once.";
    case "order_not_found":
    case "refund_not_found":
      return "That is not there any more.";
    case "validation_failed":
      return "Something in the form is not right.";
    case "sign_in_required":
    case "admin_only":
      return "You are not signed in as an admin any more.";
    default:
      return "That did not work. Nothing was changed.";
  }
}

export const WORKLISTS = {
  to_ship: "To ship",
  refund_undone: "Refunds not done",
  restock_undecided: "Restock undecided",
} as const;
export type Worklist = keyof typeof WORKLISTS;

export const RESTOCK_WORDS = {
  undecided: "Decide later",
  restocked: "Back on the shelf",
  kept_out: "Not for sale again",
} as const;

const FINDINGS: Record<string, string> = {
  paid_without_stock: "Paid, but no stock was taken for it",
  stock_without_payment: "Stock was taken, but nothing was paid",
  refund_undone: "A refund is not done",
  restock_undecided: "Nobody has decided whether the units go back on the shelf",
};

export function findingText(kind: string): string {
  return FINDINGS[kind] ?? kind.replaceAll("_", " ");
}

/** `12.50` or `12,50` as minor units of a currency with hundredths; `null` for what is no amount. */
export function centsOf(typed: string): number | null {
  const match = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(typed.trim());
  if (match === null) return null;
  return Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0"));
}
