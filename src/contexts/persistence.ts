import type { Time } from "./time";

/** Before the second try, the third and so on, in milliseconds. */
const PAUSES = [500, 1_000, 2_000, 4_000] as const;

/** No try begins later than this after the first: a button may not stay pending for ever. */
const PATIENCE = 20_000;

/** What one try came to. */
export interface Tried<Answer> {
  answer: Answer;
  /** No word of the shop on it: it may have happened, it may happen yet, and it may be tried again. */
  isOpen: boolean;
  /** How long the shop asks to wait before that, in seconds. */
  retryAfter: number;
}

export interface Pacing {
  time: Time;
  /** From 0 to 1: those who were turned away together shall not come back together. */
  random: () => number;
}

/**
 * Sends until there is an answer that settles it, a few times and no longer than is bearable. Only for what does no
 * more when it arrives twice. Waits as long as the shop asks for; where that is too long it ends.
 */
export async function persistently<Answer>(
  send: () => Promise<Tried<Answer>>,
  { time, random }: Pacing,
): Promise<Tried<Answer>> {
  const startedAt = time.monotonic();
  for (let nth = 0; ; nth++) {
    const tried = await send();
    const pause = PAUSES[nth];
    if (!tried.isOpen || pause === undefined) return tried;
    const wait = Math.max(pause * (0.75 + random() / 2), tried.retryAfter * 1_000);
    if (time.monotonic() + wait - startedAt > PATIENCE) return tried;
    await new Promise<void>((resolve) => time.setTimeout(resolve, wait));
  }
}
