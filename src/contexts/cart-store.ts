import type { Cart, CartLine, LapsedLine } from "@/contracts/reservations";
import { type ServerClock, serverTime, synchronise } from "@/domain/server-clock";
import { isAtLongest } from "@/domain/time-left";
import { type Answer, createCartApi, type Fetch } from "./cart-api";
import {
  type CartEvent,
  type CartState,
  cartReducer,
  initialCartState,
  lineSubject,
  type Subject,
  variantSubject,
} from "./cart-reducer";
import { nextReadIn } from "./cart-schedule";
import { createTicker } from "./ticker";
import type { Time } from "./time";

/** A word to the other tabs of the same browser: "something changed, read again". */
export interface Tabs {
  tell(): void;
  listen(heard: () => void): () => void;
}

export interface CartStoreOptions {
  fetch: Fetch;
  time: Time;
  /** From 0 to 1, so that those who were turned away together do not come back together. */
  random?: () => number;
  initial: { known: boolean; cart: Cart | null };
  tabs?: Tabs;
  /** The shop may not know this browser yet: who it is, is asked before the first hold. */
  isStranger?: boolean;
}

/** The browser's mirror of the cart. Knows no framework; the server is the truth. */
export function createCartStore(options: CartStoreOptions) {
  const { fetch, time, initial, tabs, isStranger = false, random = Math.random } = options;
  const api = createCartApi(fetch, { isStranger, time, random });
  const listeners = new Set<() => void>();
  const changeListeners = new Set<() => void>();
  const rendered = initialCartState(initial);
  let state = rendered;
  let clock: ServerClock | null = null;
  let generation = 0;
  let reading: Promise<void> | null = null;
  let mutationsUnderWay = 0;
  let attempts = 0;
  let timer: unknown = null;
  let running = false;

  if (initial.cart) learnTime(initial.cart.serverNow, time.now());
  const serverNow = () => serverTime(clock, time.now());
  const ticker = createTicker(time, serverNow, () => void refresh());

  function learnTime(answered: string, sentAt: number) {
    clock = synchronise(clock, { serverNow: Date.parse(answered), sentAt, receivedAt: time.now() });
  }

  function dispatch(event: CartEvent) {
    state = cartReducer(state, event);
    schedule();
    for (const listener of listeners) listener();
  }

  function schedule() {
    if (timer !== null) time.clearTimeout(timer);
    const delay = running ? nextReadIn(state, serverNow(), attempts) : null;
    timer = delay === null ? null : time.setTimeout(() => void refresh(), delay);
  }

  /** Asking while a reading is under way joins it. */
  function refresh(): Promise<void> {
    if (reading) return reading;
    const started = read(generation).finally(() => {
      if (reading === started) reading = null;
    });
    reading = started;
    return started;
  }

  /** A reading that began before a change may not know of it: it is dropped, and a new one sent. */
  function refreshAfterChange(): Promise<void> {
    generation += 1;
    reading = null;
    return refresh();
  }

  async function read(startedIn: number) {
    const sentAt = time.now();
    const answer = await api.readCart();
    if (startedIn !== generation) return;
    if (!answer.ok) {
      attempts += 1;
      return dispatch({ type: "read_failed", failure: answer.failure });
    }
    const versionBefore = state.cart?.cartVersion;
    learnTime(answer.value.serverNow, sentAt);
    const timeIsUp = answer.value.lines.some((line) => Date.parse(line.expiresAt) <= serverNow());
    attempts = timeIsUp ? attempts + 1 : 0;
    dispatch({ type: "cart_read", cart: answer.value });
    ticker.correct();
    if (answer.value.cartVersion !== versionBefore) tellChanged();
  }

  async function mutate<Value extends { serverNow: string }>(
    subject: Subject,
    send: () => Promise<Answer<Value>>,
    succeeded: (value: Value) => CartEvent,
  ): Promise<boolean> {
    if (isPending(state, subject)) return false;
    mutationsUnderWay += 1;
    dispatch({ type: "started", subject });
    const sentAt = time.now();
    const answer = await send();
    mutationsUnderWay -= 1;
    generation += 1;
    if (answer.ok) learnTime(answer.value.serverNow, sentAt);
    dispatch(answer.ok ? succeeded(answer.value) : { type: "failed", subject, failure: answer.failure });
    ticker.correct();
    tabs?.tell();
    tellChanged();
    // The last of several mutations reads for all of them.
    if (mutationsUnderWay === 0) await refreshAfterChange();
    return answer.ok;
  }

  function tellChanged() {
    for (const listener of changeListeners) listener();
  }

  const hold = (variantId: string, quantity: number) => {
    const subject = variantSubject(variantId);
    return mutate(
      subject,
      () => api.reserve({ variantId, quantity, mode: "add" }),
      (answer) => ({ type: "held", subject, answer }),
    );
  };

  const extend = (reservationId: string) => {
    const subject = lineSubject(reservationId);
    return mutate(
      subject,
      () => api.change({ action: "extend", reservationId }),
      (answer) => ({ type: "held", subject, answer }),
    );
  };

  return {
    getState: () => state,
    /** What the server rendered: the browser must begin with the same. */
    getRendered: () => rendered,
    subscribe: (listener: () => void) => subscribeTo(listeners, listener),
    /** Called when the stock that others see may have changed too. */
    onChange: (listener: () => void) => subscribeTo(changeListeners, listener),
    serverNow,
    ticker,
    refresh,
    add: hold,
    holdAgain: (line: LapsedLine) => hold(line.variantId, line.quantity),
    extend,
    extendAll: () => Promise.all(extendable(state).map((line) => extend(line.reservationId))),
    setQuantity: (reservationId: string, quantity: number) => {
      const subject = lineSubject(reservationId);
      return mutate(
        subject,
        () => api.change({ action: "set_quantity", reservationId, quantity }),
        (answer) => ({ type: "held", subject, answer }),
      );
    },
    release: (reservationId: string) => {
      const subject = lineSubject(reservationId);
      return mutate(
        subject,
        () => api.release(reservationId),
        ({ serverNow }) => ({ type: "released", subject, reservationIds: [reservationId], serverNow }),
      );
    },
    clear: () => {
      const reservationIds = activeLines(state).map((line) => line.reservationId);
      return mutate("cart", api.releaseAll, ({ serverNow }) => ({
        type: "released",
        subject: "cart",
        reservationIds,
        serverNow,
      }));
    },
    /** A payment took units out of the cart or gave them back: `here` too they are read again. */
    moved(where: "here" | "elsewhere") {
      tabs?.tell();
      if (where === "here") void refreshAfterChange();
    },
    dismissFailure: (subject: Subject) => dispatch({ type: "failure_dismissed", subject }),
    dismissEnded: () => dispatch({ type: "ended_dismissed" }),
    /** Begins to keep itself current; answers with the way to stop. */
    start() {
      running = true;
      const deafen = tabs?.listen(() => void refreshAfterChange());
      // An empty cart that the server has just rendered needs no second question.
      if (!state.known || state.cart?.lines.length) void refresh();
      schedule();
      return () => {
        running = false;
        deafen?.();
        schedule();
      };
    },
  };
}
export type CartStore = ReturnType<typeof createCartStore>;

function subscribeTo(listeners: Set<() => void>, listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export function isPending(state: CartState, subject: Subject): boolean {
  return state.pending.has(subject) || state.pending.has("cart");
}

/** Without the lines that a payment has pinned: those belong to their order. */
export function activeLines(state: CartState): CartLine[] {
  return (state.cart?.lines ?? []).filter((line) => line.status === "active");
}

export function extendable(state: CartState): CartLine[] {
  return activeLines(state).filter((line) => !isAtLongest(line));
}
