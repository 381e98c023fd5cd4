import { DatabaseUnavailable, type Unavailability } from "./database-error";

/** How often a call is tried at most, by why it failed. */
export type Attempts = Readonly<Record<Unavailability, number>>;

/** Safe for every call: only what was certainly rolled back is repeated. */
export const IF_ROLLED_BACK: Attempts = { contended: 4, locked: 2, lost: 1, down: 1 };

/** For reads, and for changes that do no more when they are done twice. */
export const IF_IDEMPOTENT: Attempts = { ...IF_ROLLED_BACK, lost: 2 };

/** No attempt begins later than this after the first: a shopper waits for one answer, not for ours. */
const PATIENCE_MS = 4_000;

const FIRST_PAUSE_MS = 25;

export type Pacing = {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  sleep(milliseconds: number): Promise<void>;
};

const realPacing: Pacing = {
  now: Date.now,
  random: Math.random,
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/**
 * Calls until there is an answer or a failure that may not be repeated. Pauses double from 25 ms and are jittered, so
 * that those who met in a deadlock do not meet again.
 */
export async function repeatWhileUnavailable<Answer>(
  call: () => Promise<Answer>,
  attempts: Attempts,
  { now, random, sleep }: Pacing = realPacing,
): Promise<Answer> {
  const startedAt = now();
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || tried >= attempts[error.why]) throw error;
      const pause = FIRST_PAUSE_MS * 2 ** (tried - 1) * (0.5 + random() / 2);
      if (now() + pause - startedAt > PATIENCE_MS) throw error;
      await sleep(pause);
    }
  }
}
