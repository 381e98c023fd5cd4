import type { z } from "zod";
import { browserFetch } from "./browser-fetch";
import { type Answer, type Fetch, tryOnce, withBody } from "./cart-api";
import { newKey } from "./new-key";
import { type Pacing, persistently } from "./persistence";
import { browserTime } from "./time";

/**
 * Sends the changes of an admin. Each wish has a key: it is sent again with it while nobody answers, and so is the same
 * wish when somebody presses twice, or once more after its answer got lost. The shop then does it once. After an
 * answer the same wish is a new one.
 */
export function createOnce(
  fetch: Fetch = browserFetch,
  pacing: Pacing = { time: browserTime, random: Math.random },
) {
  const openKeys = new Map<string, string>();
  return async function once<Value>(
    method: "POST" | "PUT",
    path: string,
    body: object | null,
    schema: z.ZodType<Value>,
  ): Promise<Answer<Value>> {
    const wish = JSON.stringify([method, path, body]);
    const key = openKeys.get(wish) ?? newKey();
    openKeys.set(wish, key);
    const init = body === null ? { method } : withBody(method, body);
    const headers = { ...init.headers, "Idempotency-Key": key };
    const { answer, isOpen } = await persistently(
      () => tryOnce(fetch, path, { ...init, headers }, schema),
      pacing,
    );
    if (!isOpen) openKeys.delete(wish);
    return answer;
  };
}
export type Once = ReturnType<typeof createOnce>;
