import { type Order, OrderAnswerSchema } from "@/contracts/orders";
import { isSettled } from "@/domain/order-wording";
import type { Failure } from "@/domain/refusals";
import { type Fetch, request, withBody } from "./cart-api";
import type { Time } from "./time";

/** From one look to the next, in milliseconds: soon at first, then rarely. The last one goes on. */
const DELAYS = [2_000, 3_000, 5_000, 8_000, 13_000, 20_000] as const;
const SLOWEST = 30_000;

export interface OrderState {
  order: Order | null;
  /** The page of the order with its key: what is worth keeping. */
  orderUrl: string | null;
  /** Why the newest look failed; the order shown is then older than that. */
  failure: Failure | null;
}

interface Options {
  fetch: Fetch;
  time: Time;
  orderId: string;
  /** Of the order's link. */
  key: string | null;
  /** Stripe's session, where the shopper has just come back from its page. */
  sessionId: string | null;
  isVisible: () => boolean;
  /** The payment has come to its end while somebody waited for it: cart and stock are not as they were. */
  onSettled?: (order: Order) => void;
}

/** Follows an order until nothing about it is under way any more. Knows no framework. */
export function createOrderWatch(options: Options) {
  const { fetch, time, orderId, key, sessionId, isVisible, onSettled } = options;
  const listeners = new Set<() => void>();
  const rendered: OrderState = { order: null, orderUrl: null, failure: null };
  let state = rendered;
  let timer: unknown = null;
  let looks = 0;
  let running = false;
  let looking = false;
  let isToTell = sessionId !== null;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    const answer = isToTell ? await tell() : await read();
    looking = false;
    if (answer.ok) {
      const { order, orderUrl } = answer.value;
      const waited = sessionId !== null || state.order?.status === "pending";
      const isNews = state.order?.status !== order.status && order.status !== "pending";
      state = { order, orderUrl, failure: null };
      if (waited && isNews) onSettled?.(order);
    } else {
      state = { ...state, failure: answer.failure };
    }
    for (const listener of listeners) listener();
    schedule();
  }

  const read = () => {
    const query = key === null ? "" : `?${new URLSearchParams({ key })}`;
    return request(fetch, `/api/orders/${orderId}${query}`, { method: "GET" }, OrderAnswerSchema);
  };

  /** Says once that the shopper is back, so that the shop asks Stripe; whatever comes of it, the order is read then. */
  async function tell() {
    isToTell = false;
    const body = { sessionId, ...(key !== null && { key }) };
    const answer = await request(
      fetch,
      "/api/orders/create-from-payment",
      withBody("POST", body),
      OrderAnswerSchema,
    );
    return answer.ok && answer.value.order.orderId === orderId ? answer : read();
  }

  function schedule() {
    if (timer !== null) time.clearTimeout(timer);
    timer = null;
    if (!running || isOver()) return;
    const delay = DELAYS[looks] ?? SLOWEST;
    timer = time.setTimeout(() => {
      looks += 1;
      if (isVisible()) void look();
      // Nobody looks: the next look waits until somebody does.
      else timer = null;
    }, delay);
  }

  /** Nothing to wait for: all is settled, or there is no such order for whoever asks. */
  function isOver(): boolean {
    if (state.failure?.kind === "refused" && FINAL_CODES.has(state.failure.code)) return true;
    return state.failure === null && state.order !== null && isSettled(state.order);
  }

  return {
    getState: () => state,
    getRendered: () => rendered,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    look,
    /** Somebody looks at the page again. */
    woke() {
      looks = 0;
      if (running && !isOver()) void look();
    },
    start() {
      running = true;
      void look();
      return () => {
        running = false;
        schedule();
      };
    },
  };
}
export type OrderWatch = ReturnType<typeof createOrderWatch>;

const FINAL_CODES = new Set(["order_not_found", "validation_failed", "sign_in_required"]);
