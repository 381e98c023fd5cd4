import type { Checkout, OpenPayment, Quote } from "@/contracts/checkout";
import type { Forecast } from "@/contracts/forecast";
import { type CartDifference, cartDifferences } from "@/domain/cart-differences";
import type { Failure } from "@/domain/refusals";

export interface CheckoutFailure {
  doing: "paying" | "going_back";
  failure: Failure;
  /** Where the server found the form wrong: `address.city`. */
  fields: readonly { path: string; message: string }[];
}

export interface CheckoutState {
  /** The last word of the server. */
  checkout: Checkout | null;
  /** What would become of each line if it were paid now; only on the page of the checkout. */
  forecast: Forecast | null;
  /** The holds were looked at line by line, or could not be: then the payment itself is the judge. */
  isChecked: boolean;
  readFailure: Failure | null;
  /** The cart that the shopper saw and is about to agree to; `null` where nobody looks at one. */
  seen: Quote | null;
  /** How the cart is not as the shopper saw it any more. Until that is agreed to, nothing is paid. */
  changes: readonly CartDifference[];
  /** Something about the cart has changed, even if the lines are the same: shipping, for example. */
  isChanged: boolean;
  /** `leaving`: the browser is on its way to another page. */
  busy: "paying" | "going_back" | "leaving" | null;
  failure: CheckoutFailure | null;
  /** The shopper has just come back from an open payment. */
  isBack: boolean;
  /** A payment that was open, and came to its end while this page was watching. */
  ended: OpenPayment | null;
}

export type CheckoutEvent =
  | { type: "entered" }
  | { type: "left" }
  | { type: "read"; checkout: Checkout; isWatched: boolean }
  | { type: "checked"; forecast: Forecast | null }
  | { type: "read_failed"; failure: Failure }
  | { type: "started"; busy: "paying" | "going_back" }
  | { type: "leaving" }
  | { type: "changed"; quote: Quote; differences: readonly CartDifference[] }
  | { type: "failed"; failure: CheckoutFailure }
  | { type: "came_back"; isBack: boolean }
  | { type: "agreed" }
  | { type: "idle" };

export const initialCheckoutState: CheckoutState = {
  checkout: null,
  forecast: null,
  isChecked: false,
  readFailure: null,
  seen: null,
  changes: [],
  isChanged: false,
  busy: null,
  failure: null,
  isBack: false,
  ended: null,
};

/** What the shopper looked at begins anew: nothing of an earlier visit is compared with it. */
const unseen = { seen: null, changes: [], isChanged: false, forecast: null, isChecked: false, failure: null };

export function checkoutReducer(state: CheckoutState, event: CheckoutEvent): CheckoutState {
  switch (event.type) {
    case "entered":
      return { ...state, ...unseen, isBack: false };
    case "left":
      return { ...state, ...unseen, isBack: false, ended: null };
    case "read":
      return read(state, event);
    case "checked":
      return { ...state, isChecked: true, forecast: event.forecast ?? state.forecast };
    case "read_failed":
      return { ...state, readFailure: event.failure };
    case "started":
      return { ...state, busy: event.busy, failure: null };
    case "leaving":
      return { ...state, busy: "leaving" };
    case "changed":
      return changed(state, event);
    case "failed":
      return { ...state, busy: null, failure: event.failure };
    case "came_back":
      // What is held now is looked at for the first time again, and the payment is over because it was left.
      return {
        ...state,
        ...unseen,
        busy: null,
        isBack: event.isBack,
        ended: null,
        checkout: state.checkout && { ...state.checkout, openPayment: null },
      };
    case "agreed":
      return { ...state, seen: state.checkout?.quote ?? state.seen, changes: [], isChanged: false };
    case "idle":
      return { ...state, busy: null };
  }
}

function read(state: CheckoutState, { checkout, isWatched }: { checkout: Checkout; isWatched: boolean }) {
  const { openPayment } = checkout;
  const before = state.checkout?.openPayment ?? null;
  const hasEnded = before !== null && openPayment?.orderId !== before.orderId;
  const next = { ...state, checkout, readFailure: null, ended: hasEnded ? before : state.ended };
  if (openPayment !== null) return { ...next, ended: null };
  return isWatched ? compared(next, checkout.quote) : next;
}

function compared(state: CheckoutState, quote: Quote): CheckoutState {
  const { seen } = state;
  if (seen === null || seen.lines.length === 0)
    return { ...state, seen: quote, changes: [], isChanged: false };
  const changes = cartDifferences(seen.lines, quote.lines);
  const isChanged = changes.length > 0 || seen.totalCents !== quote.totalCents;
  // Another version of the same pieces at the same price is what the shopper agreed to.
  return { ...state, changes, isChanged, seen: isChanged ? seen : quote };
}

/** The server's own list is taken where ours finds nothing: it may know more. */
function changed(state: CheckoutState, event: Extract<CheckoutEvent, { type: "changed" }>): CheckoutState {
  const { quote, differences } = event;
  const checkout = state.checkout && { ...state.checkout, quote };
  const next = compared({ ...state, checkout, busy: null }, quote);
  if (next.changes.length > 0 || differences.length === 0) return next;
  return { ...next, changes: differences, isChanged: true };
}
