/** What tells the time and waits. Injected, so that a test of time need not wait. */
export type Clock = {
  /** Milliseconds since some instant; never turned back. */
  monotonic(): number;
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
};

const systemClock: Clock = {
  monotonic: () => performance.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** When work has to be done with, so that a serverless function answers before it is ended. */
export type Deadline = {
  isOver(): boolean;
  /**
   * What this work comes to; `null` where the time is over first, or was before. What was begun is not waited for any
   * longer and may still be done, so it has to be safe to repeat.
   */
  within<Result>(work: () => Promise<Result>): Promise<Result | null>;
  /** One that is over after so many milliseconds, and never later than this one. */
  sooner(milliseconds: number): Deadline;
};

/** A deadline so many milliseconds from now. */
export function deadlineIn(milliseconds: number, clock: Clock = systemClock): Deadline {
  const end = clock.monotonic() + milliseconds;
  const left = () => end - clock.monotonic();
  // A timer may ring a moment early by the clock. Whoever was told that it is too late is not told otherwise then.
  let hasRung = false;
  const isOver = () => hasRung || left() <= 0;
  return {
    isOver,
    async within(work) {
      if (isOver()) return null;
      let timer: unknown;
      const late = new Promise<null>((resolve) => {
        timer = clock.setTimeout(() => {
          hasRung = true;
          resolve(null);
        }, left());
      });
      try {
        return await Promise.race([work(), late]);
      } finally {
        clock.clearTimeout(timer);
      }
    },
    sooner: (sub) => deadlineIn(Math.min(sub, left()), clock),
  };
}
