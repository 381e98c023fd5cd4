import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";
import type { Stoppables } from "./stoppables.ts";

export type Cron = { path: string; schedule: string };

const MINUTE = 60_000;

/** What Vercel would call, and when: the crons of a vercel.json. */
export function readCrons(file = join(root, "vercel.json")): Cron[] {
  return (JSON.parse(readFileSync(file, "utf8")) as { crons: Cron[] }).crons;
}

/** On this machine often enough to be seen: what is due several times an hour every minute, the rest every hour. */
export const pauseOf = ({ schedule }: Cron): number => (schedule.startsWith("*") ? MINUTE : 60 * MINUTE);

/**
 * Calls the cron routes of a store as Vercel calls them: GET, with the secret as a bearer. Like there, a call that
 * takes long is followed by the next one all the same. `say` gets one line when a route begins to fail.
 */
export function startCrons(
  storeUrl: string,
  secret: string,
  say: (line: string) => void,
  stoppables: Stoppables,
  crons: Cron[] = readCrons(),
): void {
  const timers = crons.map((cron) => {
    const call = watched(cron.path, () => callCron(storeUrl, cron.path, secret), say);
    return setInterval(call, pauseOf(cron));
  });
  stoppables.add(() => timers.forEach(clearInterval));
}

/** The status of the answer. */
export async function callCron(storeUrl: string, path: string, secret: string): Promise<number> {
  const headers = { authorization: `Bearer ${secret}`, "user-agent": "vercel-cron/1.0" };
  return (await fetch(`${storeUrl}${path}`, { headers, signal: AbortSignal.timeout(MINUTE) })).status;
}

/** Says once that a route fails, until it works again. */
export function watched(path: string, call: () => Promise<number>, say: (line: string) => void) {
  let fails = false;
  return async (): Promise<void> => {
    const status = await call().catch(() => 0);
    if (status !== 200 && !fails)
      say(`GET ${path}, as a scheduler calls it, failed (${status || "no answer"})`);
    fails = status !== 200;
  };
}
