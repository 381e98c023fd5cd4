import type { CheckoutAnswer, CheckoutBody } from "@/contracts/checkout";
import type { Answer, Fetch } from "./cart-api";
import { createCheckoutApi } from "./checkout-api";
import { type CheckoutEvent, checkoutReducer, initialCheckoutState } from "./checkout-reducer";
import type { Time } from "./time";

/** The server ends a payment some time after its window; what it answers is not known to the second. */
const AFTER_THE_WINDOW = 1_000;
const RETRIES = [2_000, 4_000, 8_000, 15_000, 30_000] as const;

export type CheckoutDetails = Pick<CheckoutBody, "email" | "address">;

export interface CheckoutStoreOptions {
  fetch: Fetch;
  time: Time;
  random?: () => number;
  serverNow: () => number;
  /** Sends the browser to another page: Stripe's, or the order's. */
  leave: (url: string) => void;
  /** The cart's units moved between cart and order: every view of it is to be read again. */
  cartMoved: (where: "here" | "elsewhere") => void;
  /** Nobody whom the shop knows: there can be no payment. */
  isStranger?: boolean;
}

/** The browser's mirror of the checkout: the quote, the payment that is open. Knows no framework. */
export function createCheckoutStore(options: CheckoutStoreOptions) {
  const { fetch, time, random = Math.random, serverNow, leave, cartMoved, isStranger = false } = options;
  const api = createCheckoutApi(fetch, { time, random });
  const listeners = new Set<() => void>();
  let state = initialCheckoutState;
  let lastSent: CheckoutBody | null = null;
  let watchers = 0;
  let generation = 0;
  let attempts = 0;
  let timer: unknown = null;
  let running = false;

  function dispatch(event: CheckoutEvent) {
    state = checkoutReducer(state, event);
    schedule();
    for (const listener of listeners) listener();
  }

  /** Reads again by itself: after a failure, and when the window of an open payment is over. */
  function schedule() {
    if (timer !== null) time.clearTimeout(timer);
    const delay = running ? nextReadIn() : null;
    timer = delay === null ? null : time.setTimeout(() => void refresh(), delay);
  }

  function nextReadIn(): number | null {
    const retry = RETRIES[Math.min(Math.max(0, attempts - 1), RETRIES.length - 1)] ?? 30_000;
    if (state.readFailure !== null) return retry;
    const open = state.checkout?.openPayment;
    if (open?.status !== "open") return null;
    const untilEnd = Date.parse(open.windowEndsAt) + AFTER_THE_WINDOW - serverNow();
    return untilEnd > 0 ? untilEnd : retry;
  }

  /** The newest reading counts: one that began before a change may not know of it. */
  async function refresh(): Promise<void> {
    const startedIn = ++generation;
    const isWatched = watchers > 0;
    if (isWatched) void readForecast();
    const answer = await api.read();
    if (startedIn !== generation) return;
    if (!answer.ok) {
      attempts += 1;
      return dispatch({ type: "read_failed", failure: answer.failure });
    }
    const windowEndsAt = answer.value.openPayment?.windowEndsAt;
    const isOverdue = windowEndsAt !== undefined && Date.parse(windowEndsAt) <= serverNow();
    attempts = isOverdue ? attempts + 1 : 0;
    const hadPayment = state.checkout?.openPayment;
    dispatch({ type: "read", checkout: answer.value, isWatched: watchers > 0 });
    // Its units are sold, in the cart again, or free.
    if (hadPayment && !answer.value.openPayment) cartMoved("here");
  }

  async function readForecast() {
    const answer = await api.forecast();
    if (watchers > 0) dispatch({ type: "checked", forecast: answer.ok ? answer.value : null });
  }

  async function pay(details: CheckoutDetails, isRepeat = false): Promise<void> {
    const { seen } = state;
    if (state.busy !== null || seen === null || state.isChanged) return;
    const { cartVersion, totalCents } = seen;
    const answer = await send({ cartVersion, expectedTotalCents: totalCents, ...details });
    if (answer.ok) return;
    const { failure, problem } = answer;
    if (problem?.code !== "cart_changed" || !problem.quote) return failed(answer);
    dispatch({ type: "changed", quote: problem.quote, differences: problem.differences ?? [] });
    cartMoved("here");
    // The same pieces at the same price, held anew, are what the shopper has agreed to.
    const isSame = !state.isChanged && problem.quote.lines.length > 0;
    if (isSame && !isRepeat) return pay(details, true);
    if (isSame) dispatch({ type: "failed", failure: { doing: "paying", failure, fields: [] } });
  }

  /** The very payment that could not begin, because the payment page was away: its units are kept. */
  async function payAgain(): Promise<void> {
    if (state.busy !== null || lastSent === null) return;
    const answer = await send(lastSent);
    if (!answer.ok) await failed(answer);
  }

  async function send(body: CheckoutBody): Promise<Answer<CheckoutAnswer>> {
    lastSent = body;
    dispatch({ type: "started", busy: "paying" });
    const answer = await api.pay(body);
    generation += 1;
    if (answer.ok) {
      dispatch({ type: "leaving" });
      cartMoved("elsewhere");
      leave(answer.value.url);
    }
    return answer;
  }

  async function failed({ failure, problem }: Extract<Answer<never>, { ok: false }>): Promise<void> {
    dispatch({ type: "failed", failure: { doing: "paying", failure, fields: problem?.errors ?? [] } });
    cartMoved("here");
    await refresh();
  }

  async function goBack(): Promise<void> {
    if (state.busy !== null) return;
    dispatch({ type: "started", busy: "going_back" });
    const answer = await api.back();
    generation += 1;
    if (!answer.ok) {
      dispatch({ type: "failed", failure: { doing: "going_back", failure: answer.failure, fields: [] } });
      return refresh();
    }
    const { outcome, orderUrl } = answer.value;
    if (outcome === "paid" && orderUrl !== undefined) {
      dispatch({ type: "leaving" });
      return leave(orderUrl);
    }
    dispatch({ type: "came_back", isBack: outcome === "returned" });
    cartMoved("here");
    await refresh();
  }

  return {
    getState: () => state,
    getRendered: () => initialCheckoutState,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    refresh,
    pay: (details: CheckoutDetails) => pay(details),
    payAgain,
    goBack,
    agree: () => dispatch({ type: "agreed" }),
    /** Somebody looks at the cart in order to pay it. Answers with the way to stop. */
    enter({ comesBack = false } = {}) {
      watchers += 1;
      dispatch({ type: "entered" });
      if (comesBack) void goBack();
      else void refresh();
      return () => {
        watchers -= 1;
        if (watchers === 0) dispatch({ type: "left" });
      };
    },
    /** The cart is not as it was. Elsewhere than at the checkout that matters only to a payment. */
    cartChanged({ mayBePaying = false } = {}) {
      if (watchers > 0 || state.checkout?.openPayment || mayBePaying) void refresh();
    },
    /** The page is looked at again; after "back" it may have been kept in the middle of leaving. */
    woke() {
      if (state.busy === "leaving") dispatch({ type: "idle" });
      if (watchers > 0 || state.checkout?.openPayment) void refresh();
    },
    start() {
      running = true;
      if (!isStranger && watchers === 0) void refresh();
      schedule();
      return () => {
        running = false;
        schedule();
      };
    },
  };
}
export type CheckoutStore = ReturnType<typeof createCheckoutStore>;
