import { setTimeout as sleep } from "node:timers/promises";

/** Tries of a request that got no answer, as a browser and Stripe would try again. */
const TRIES = 20;

/**
 * Sends a request; where no answer comes, because a busy machine lost the connection, it is sent again: so it has to be
 * one that is safe to repeat, by its nature or by its `Idempotency-Key`.
 */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  for (let tries = 1; ; tries++) {
    try {
      return await fetch(url, init);
    } catch (error) {
      const { code = "no answer" } = ((error as Error).cause ?? {}) as { code?: string };
      if (tries === TRIES) throw new Error(`${url}: ${code}, ${tries} times`, { cause: error });
      await sleep(100 * tries);
    }
  }
}
