/** The client's clocks and timers, injected so that tests turn them by hand and never sleep. */
export interface Time {
  /** The wall clock: may be wrong, and may be set while the page is open. */
  now(): number;
  /** Never set, but may stand still while the computer sleeps. */
  monotonic(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const browserTime: Time = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
