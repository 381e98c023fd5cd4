import type { Time } from "./time";

/** How far the two clocks may drift apart in a second before we take it for a sleep or a set clock. */
const JUMP = 1_500;

export interface Ticker {
  subscribe(listener: () => void): () => void;
  /** The server's time at the last tick. Stands still between ticks, as React's external stores must. */
  read(): number;
  /** The clock was corrected: tell everybody now instead of at the next second. */
  correct(): void;
}

/** One timer for every countdown on the page; it runs only while somebody watches. */
export function createTicker(time: Time, serverNow: () => number, onJump: () => void): Ticker {
  const listeners = new Set<() => void>();
  let reading = serverNow();
  let timer: unknown = null;
  let gap = time.now() - time.monotonic();

  function announce() {
    reading = serverNow();
    for (const listener of listeners) listener();
  }

  function tick() {
    timer = time.setTimeout(tick, 1_000);
    const newGap = time.now() - time.monotonic();
    if (Math.abs(newGap - gap) > JUMP) onJump();
    gap = newGap;
    announce();
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      if (timer === null) {
        reading = serverNow();
        gap = time.now() - time.monotonic();
        timer = time.setTimeout(tick, 1_000);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0 || timer === null) return;
        time.clearTimeout(timer);
        timer = null;
      };
    },
    read: () => reading,
    correct: announce,
  };
}
