import type Stripe from "stripe";
import type { Controls } from "../../local/stripe/client.ts";
import type { Sql } from "../support/database.ts";

/** A store of the storm's own, with what stands in for Stripe, and its database to reconcile with. */
export type Ground = {
  url: string;
  webhookSecret: string;
  cronSecret: string;
  controls: Controls;
  /** The official package, for a look at what Stripe knows. */
  stripe: Stripe;
  sql: Sql;
};

export type Options = {
  payments: number;
  /** How often an event is told, all events together, at least. */
  deliveries: number;
  /** The same fates for the same seed; how they meet differs. */
  seed: number;
  /** Called now and then with what is going on. */
  say: (what: string) => void;
};

/** How many requests are under way at a time. */
const CROWD = 24;

/** Works through a list with a crowd, in its order; the result has the order of the list. */
export async function inCrowd<Item, Result>(
  items: readonly Item[],
  work: (item: Item, n: number) => Promise<Result>,
  width = CROWD,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const worker = async () => {
    for (let n = next++; n < items.length; n = next++) results[n] = await work(items[n] as Item, n);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** A generator of numbers in [0, 1) that repeats itself for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
