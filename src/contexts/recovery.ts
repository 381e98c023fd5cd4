import type { Fetch } from "./cart-api";
import type { Time } from "./time";

/** From one look to the next, in milliseconds: soon at first, then rarely. The last one goes on. */
const DELAYS = [2_000, 4_000, 8_000, 15_000] as const;
const SLOWEST = 15_000;

/** A page that fails again this soon after it was tried does so for its own reasons: it is not tried every moment. */
const TRIED_LATELY = 60_000;

interface Options {
  fetch: Fetch;
  time: Time;
  /** From 0 to 1: those who were turned away together shall not come back together. */
  random: () => number;
  isVisible: () => boolean;
  /** Renders the page again. */
  retry: () => void;
}

let triedAt = Number.NEGATIVE_INFINITY;

/** Waits until the shop is well again, and then tries the page again. */
export function createRecovery({ fetch, time, random, isVisible, retry }: Options) {
  let timer: unknown = null;
  let looks = time.now() - triedAt < TRIED_LATELY ? DELAYS.length : 0;
  let running = false;
  let looking = false;

  async function look() {
    if (looking) return;
    looking = true;
    const isWell = isVisible() && (await isHealthy(fetch));
    looking = false;
    if (!running) return;
    if (isWell) tryAgain();
    schedule();
  }

  function tryAgain() {
    triedAt = time.now();
    retry();
  }

  function schedule() {
    if (timer !== null) time.clearTimeout(timer);
    const delay = DELAYS[looks++] ?? SLOWEST;
    timer = time.setTimeout(() => void look(), delay * (0.75 + random() / 2));
  }

  return {
    /** Looks now, because somebody looks at the page again. */
    look,
    /** Begins to look from time to time; answers with the way to stop. */
    start() {
      running = true;
      schedule();
      return () => {
        running = false;
        if (timer !== null) time.clearTimeout(timer);
      };
    },
  };
}

async function isHealthy(fetch: Fetch): Promise<boolean> {
  try {
    return (await fetch("/api/health", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}
