import { percentile, shuffled } from "../report/statistics.ts";
import { runClients } from "./clients.ts";
import type { Ground } from "./ground.ts";

/** What a slice showed. */
export type Slice = {
  /** Answers of 201 per second; of the store, each found in the database. */
  rate: number;
  p50: number;
  p99: number;
  /** Transactions that wrote, per answer: below 1 where requests were gathered. */
  commits: number;
};

export const CONTENDERS = ["bare handler", "one hot variant", "1,000 variants"] as const;
export type Contender = (typeof CONTENDERS)[number];
export type Results = Record<Contender, Slice[]>;

type Servers = { store: string; bare: string };

/** One slice of everything, in shuffled order: what disturbs a round disturbs all of it. */
export async function runRound(
  servers: Servers,
  ground: Ground,
  clients: number,
  seconds: number,
  results: Results,
): Promise<void> {
  for (const contender of shuffled(CONTENDERS)) {
    results[contender].push(await runSlice(contender, servers, ground, clients, seconds));
  }
}

async function runSlice(
  contender: Contender,
  servers: Servers,
  ground: Ground,
  clients: number,
  seconds: number,
): Promise<Slice> {
  const isBare = contender === "bare handler";
  const variants = contender === "1,000 variants" ? ground.spread : [ground.hot];
  let next = 0;
  const bodies = () => JSON.stringify({ variantId: variants[next++ % variants.length], quantity: 1 });
  const before = await ground.look();
  // A moment that counts for nothing but is verified too.
  const from = performance.now() + Math.max(300, seconds * 200);
  const until = from + seconds * 1_000;
  const url = isBare ? servers.bare : servers.store;
  const { measured, all, latencies } = await runClients(url, clients, bodies, { from, until });
  const after = await ground.look();
  const made = { holds: after.holds - before.holds, units: after.reserved - before.reserved };
  const wanted = isBare ? 0 : all;
  if (made.holds !== wanted || made.units !== wanted) {
    throw new Error(
      `${all} were answered 201 (${contender}), and ${JSON.stringify(made)} are in the database`,
    );
  }
  const sorted = latencies.sort((one, other) => one - other);
  return {
    rate: measured / seconds,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    commits: isBare ? 0 : (after.transactions - before.transactions) / all,
  };
}

export const noResults = (): Results => ({ "bare handler": [], "one hot variant": [], "1,000 variants": [] });
