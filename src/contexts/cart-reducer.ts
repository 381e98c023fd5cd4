import type { Cart, CartLine, HoldAnswer, LapsedLine } from "@/contracts/reservations";
import type { Failure } from "@/domain/refusals";
import { withHold, withoutLines } from "./cart-view";

/** What a mutation is about. One mutation at a time for each subject; refusals are shown beside it. */
export type Subject = `line:${string}` | `variant:${string}` | "cart";
export const lineSubject = (reservationId: string): Subject => `line:${reservationId}`;
export const variantSubject = (variantId: string): Subject => `variant:${variantId}`;

export interface CartState {
  /** The last word of the server; null while there is none, or while there is no identity yet. */
  cart: Cart | null;
  /** False until the server has said what is in the cart: unknown is not empty. */
  known: boolean;
  /** Why the newest reading failed; the cart shown is then older than that. */
  readFailure: Failure | null;
  pending: ReadonlySet<Subject>;
  failures: ReadonlyMap<Subject, Failure>;
  /** Holds that ended by time while this page was watching, until the shopper has dealt with them. */
  ended: readonly LapsedLine[];
  /** The line that the shopper has just given more time, for the announcement. */
  lastExtended: { line: CartLine; serverNow: string } | null;
}

export type CartEvent =
  | { type: "cart_read"; cart: Cart }
  | { type: "read_failed"; failure: Failure }
  | { type: "started"; subject: Subject }
  | { type: "held"; subject: Subject; answer: HoldAnswer }
  | { type: "released"; subject: Subject; reservationIds: readonly string[]; serverNow: string }
  | { type: "failed"; subject: Subject; failure: Failure }
  | { type: "failure_dismissed"; subject: Subject }
  | { type: "ended_dismissed" };

export function initialCartState(initial: { known: boolean; cart: Cart | null }): CartState {
  return {
    ...initial,
    readFailure: null,
    pending: new Set(),
    failures: new Map(),
    ended: [],
    lastExtended: null,
  };
}

export function cartReducer(state: CartState, event: CartEvent): CartState {
  switch (event.type) {
    case "cart_read":
      return read(state, event.cart);
    case "read_failed":
      return { ...state, readFailure: event.failure };
    case "started":
      return {
        ...state,
        pending: new Set([...state.pending, event.subject]),
        failures: without(state.failures, event.subject),
      };
    case "held":
      return held(settled(state, event.subject), event.answer);
    case "released": {
      const next = settled(state, event.subject);
      return { ...next, cart: next.cart && withoutLines(next.cart, event.reservationIds, event.serverNow) };
    }
    case "failed": {
      const next = settled(state, event.subject);
      return { ...next, failures: new Map([...next.failures, [event.subject, event.failure]]) };
    }
    case "failure_dismissed":
      if (!state.failures.has(event.subject)) return state;
      return { ...state, failures: without(state.failures, event.subject) };
    case "ended_dismissed":
      return { ...state, ended: [] };
  }
}

function read(state: CartState, cart: Cart): CartState {
  if (isOlder(cart.serverNow, state.cart)) return state;
  return {
    ...state,
    cart,
    known: true,
    readFailure: null,
    failures: failuresOfShown(state.failures, cart),
    ended: endedAfter(state, cart),
  };
}

/** Answers may overtake each other; the server's clock orders them. */
function isOlder(serverNow: string, cart: Cart | null): boolean {
  return cart !== null && Date.parse(serverNow) < Date.parse(cart.serverNow);
}

/** Only what the server itself calls lapsed has ended: a line may also leave because it was released or paid. */
function endedAfter(state: CartState, cart: Cart): readonly LapsedLine[] {
  const watched = new Set([
    ...(state.cart?.lines ?? []).map((line) => line.reservationId),
    ...state.ended.map((line) => line.reservationId),
  ]);
  return cart.lapsed.filter((line) => watched.has(line.reservationId));
}

/** A refusal about a line goes when its line does. */
function failuresOfShown(failures: CartState["failures"], cart: Cart): CartState["failures"] {
  const lines = new Set(cart.lines.map((line) => lineSubject(line.reservationId)));
  return new Map([...failures].filter(([subject]) => !subject.startsWith("line:") || lines.has(subject)));
}

function held(state: CartState, answer: HoldAnswer): CartState {
  // Something is held now, but not yet known by name: the cart may not go on looking empty.
  if (state.cart === null) return { ...state, known: false };
  if (isOlder(answer.serverNow, state.cart)) return state;
  const cart = withHold(state.cart, answer);
  const line = cart.lines.find(({ reservationId }) => reservationId === answer.reservation.reservationId);
  const extended = answer.outcome === "extended" && line !== undefined;
  return {
    ...state,
    cart,
    ended: state.ended.filter(({ variantId }) => variantId !== answer.reservation.variantId),
    lastExtended: extended ? { line, serverNow: answer.serverNow } : state.lastExtended,
  };
}

function settled(state: CartState, subject: Subject): CartState {
  return { ...state, pending: new Set([...state.pending].filter((other) => other !== subject)) };
}

function without(failures: CartState["failures"], subject: Subject): CartState["failures"] {
  return new Map([...failures].filter(([other]) => other !== subject));
}
