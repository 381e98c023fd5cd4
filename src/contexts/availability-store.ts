import { type Availability, type AvailabilityList, AvailabilityListSchema } from "@/contracts/catalogue";
import { type Fetch, request } from "./cart-api";
import type { Time } from "./time";

const POLL = 15_000;
/** A page that the router kept may be older than one that was rendered for this visit. */
const FRESH = 5_000;
/** Readers share one answer for a second: after a change, a second question gets past the shared answer. */
const PAST_THE_SHARED_ANSWER = 1_200;

interface Options {
  fetch: Fetch;
  time: Time;
  initial: AvailabilityList;
  isVisible: () => boolean;
  serverNow: () => number;
}

/** What is free of every variant on the page: one poll for all of them. */
export function createAvailabilityStore({ fetch, time, initial, isVisible, serverNow }: Options) {
  const listeners = new Set<() => void>();
  const variantIds = initial.availability.map((one) => one.variantId);
  let newest = Date.parse(initial.serverNow);
  let known = byVariant(initial.availability);
  let pollTimer: unknown = null;
  let secondLook: unknown = null;

  function receive(list: AvailabilityList) {
    if (Date.parse(list.serverNow) < newest) return;
    newest = Date.parse(list.serverNow);
    known = new Map([...known, ...byVariant(list.availability)]);
    for (const listener of listeners) listener();
  }

  async function refresh() {
    const url = `/api/stock/availability?${new URLSearchParams({ variantIds: variantIds.join(",") })}`;
    const answer = await request(fetch, url, { method: "GET" }, AvailabilityListSchema);
    // A failed poll leaves what was shown; the next one comes soon, and adding is decided by the server anyway.
    if (answer.ok) receive(answer.value);
  }

  function poll() {
    pollTimer = time.setTimeout(poll, POLL);
    if (isVisible()) void refresh();
  }

  return {
    getAll: () => known,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    receive,
    refresh,
    refreshAfterChange() {
      void refresh();
      if (secondLook !== null) time.clearTimeout(secondLook);
      secondLook = time.setTimeout(() => void refresh(), PAST_THE_SHARED_ANSWER);
    },
    start() {
      if (serverNow() - newest > FRESH) void refresh();
      pollTimer = time.setTimeout(poll, POLL);
      return () => {
        if (pollTimer !== null) time.clearTimeout(pollTimer);
        if (secondLook !== null) time.clearTimeout(secondLook);
      };
    },
  };
}
export type AvailabilityStore = ReturnType<typeof createAvailabilityStore>;

function byVariant(list: readonly Availability[]): ReadonlyMap<string, Availability> {
  return new Map(list.map((one) => [one.variantId, one]));
}
