import type { Job } from "../clients/jobs.ts";
import { type Ground, openGround } from "../ground/ground.ts";
import { clear, strangers } from "../ground/load.ts";
import { expectHeld, expectNoDrift } from "../ground/verify.ts";
import { ratioOf, short } from "../report/tables.ts";
import { type Contender, type Group, type Results, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import { redisContenders, redisNames } from "./redis-contenders.ts";

const gathered = "gathered: 2 calls under way, at most 256 requests each";
const oneByOne = "a call per request, 10 connections";

/** Part E: many callers in one server process, as the store's own. */
export async function runCoalesced({ crew, options, cluster, redis }: Bench): Promise<PartReport> {
  const ground = await openGround(cluster, "bench_coalesced");
  await clear(ground);
  const groups: Group[] = [64, 512].map((clients) => ({
    title: `one hot variant, ${clients} callers`,
    contenders: [
      caller(ground, oneByOne, clients, { kind: "pooled", variants: [ground.hot], connections: 10 }),
      caller(ground, gathered, clients, { kind: "coalesced", variants: [ground.hot] }),
      ...redisContenders(redis, ground, { variants: [ground.hot], clients, connections: 1 }),
    ],
  }));
  const results = await runRounds(crew, groups, options);
  await ground.admin.end();
  return {
    title: "E. Many callers in one process",
    text: "What is asked while calls are under way goes into the next call; no timer, so that nobody waits when nothing is under way. All callers live in one thread, which is part of what is measured; Redis is asked through one connection, in one write for all that was asked in the same turn.",
    tables: [...results].map(([{ title }, found]) => ({
      title,
      results: found,
      reference: oneByOne,
      ratioTitle: "× call each",
    })),
    notes: redis
      ? [...results].map(([{ title }, found]) => noteOn(title, found))
      : ["Not compared with Redis, which this machine has not got."],
    aims: [],
  };
}

function noteOn(title: string, results: Results): string {
  const { median } = ratioOf(results, gathered, redisNames.always);
  return `${title}: gathered requests reach ${short(median)} of the Redis script that is as durable.`;
}

function caller(ground: Ground, name: string, clients: number, job: Job): Contender {
  return {
    ground,
    works: [{ name, clients, job }],
    reset: async () => {
      await ground.admin`checkpoint`;
      await clear(ground);
    },
    verify: async ([tally]) => {
      if (tally) await expectHeld(ground, tally, strangers);
      await expectNoDrift(ground);
    },
  };
}
