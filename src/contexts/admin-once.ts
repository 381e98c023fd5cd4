import type { z } from "zod";
import { browserFetch } from "./browser-fetch";
import { type Answer, type Fetch, tryOnce, withBody } from "./cart-api";
import { newKey } from "./new-key";
import { type Pacing, persistently } from "./persistence";
import { browserTime } from "./time";

/** A wish on which the shop has not said a word: how many presses are being sent, and when one was tried last. */
type OpenWish = { key: string; sending: number; wall: number; monotonic: number };

/**
 * Whoever presses again so long after the last try, in milliseconds, means it anew: the page was read meanwhile, or
 * the stock counted again.
 */
const MEMORY_MS = 5 * 60_000;

/**
 * Sends the changes of an admin. Each wish has a key: it is sent again with it while nobody answers, and so is the same
 * wish when somebody presses twice, or once more within five minutes after its answer got lost. The shop then does it
 * once. After an answer, or later, the same wish is a new one.
 */
export function createOnce(
  fetch: Fetch = browserFetch,
  pacing: Pacing = { time: browserTime, random: Math.random },
) {
  const openWishes = new Map<string, OpenWish>();
  const { time } = pacing;
  /** By the clock that counted more: one stands still while a laptop sleeps, the other may be set back. */
  const age = ({ wall, monotonic }: OpenWish) => Math.max(time.now() - wall, time.monotonic() - monotonic);
  const instant = () => ({ wall: time.now(), monotonic: time.monotonic() });

  return async function once<Value>(
    method: "POST" | "PUT",
    path: string,
    body: object | null,
    schema: z.ZodType<Value>,
  ): Promise<Answer<Value>> {
    const wish = JSON.stringify([method, path, body]);
    const known = openWishes.get(wish);
    const isMeant = known !== undefined && (known.sending > 0 || age(known) <= MEMORY_MS);
    const open = isMeant ? known : { key: newKey(), sending: 0, ...instant() };
    openWishes.set(wish, open);
    open.sending++;
    const init = body === null ? { method } : withBody(method, body);
    const headers = { ...init.headers, "Idempotency-Key": open.key };
    const { answer, isOpen } = await persistently(
      () => tryOnce(fetch, path, { ...init, headers }, schema),
      pacing,
    );
    open.sending--;
    Object.assign(open, instant());
    if (!isOpen && openWishes.get(wish) === open) openWishes.delete(wish);
    return answer;
  };
}
export type Once = ReturnType<typeof createOnce>;
