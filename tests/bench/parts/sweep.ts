import { setTimeout as sleep } from "node:timers/promises";
import { step } from "../../../local/progress.ts";
import { now } from "../clients/crew.ts";
import { lend } from "../clients/postgres.ts";
import { sweepCall } from "../clients/postgres-jobs.ts";
import { type Ground, openGround } from "../ground/ground.ts";
import { load, strangers } from "../ground/load.ts";
import { countHolds, expectEqual, expectNoDrift } from "../ground/verify.ts";
import type { Aim } from "../report/aims.ts";
import { pairedRatio } from "../report/statistics.ts";
import { medianOf, whole } from "../report/tables.ts";
import { type Results, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import {
  holders,
  leastSweepers,
  limits,
  places,
  resetLeast,
  sweepContenders,
  sweepers,
} from "./sweep-contenders.ts";

/** Part D: marking a backlog of lapsed holds expired, and what those notice who are holding meanwhile. */
export async function runSweep({ crew, options, cluster }: Bench): Promise<PartReport> {
  const backlog = options.quick ? 100_000 : 1_000_000;
  const ground = await openGround(cluster, "bench_sweep");
  await step(`Loading ${whole(backlog)} lapsed holds`, async () => {
    await load(ground, { holds: strangers, state: "live", variants: ground.spread });
    await load(ground, { holds: backlog, state: "lapsed", variants: [ground.hot] });
    await ground.admin`insert into bench.lapsed_holds select * from reservations`;
    await resetLeast(ground);
    await ground.admin`vacuum analyze`;
    await ground.admin`checkpoint`;
  });
  const { pause } = options;
  const groups = [
    { title: "8 clients hold while one sweeps", contenders: sweepContenders(ground, backlog, pause) },
  ];
  const [found] = [...(await runRounds(crew, groups, options)).values()];
  const results: Results = found ?? new Map();
  const wholeRate = await step("Sweeping it all", () => sweepAll(ground, backlog, pause));
  await ground.admin.end();
  return {
    title: "D. The sweep",
    text: `One variant with ${whole(backlog)} lapsed holds that nobody swept. One client sweeps in batches, ${pause === 0 ? "one after the other" : `with a pause of ${pause} ms between them`}; ${whole(8)} others hold, of the same variant or of 10,000 others. Costs are those of everything that goes on, per answer of the row; the rates of a sweep are holds expired.`,
    tables: [
      {
        title: "8 clients hold while one sweeps",
        results,
        reference: holders.others,
        ratioTitle: "× others, no sweep",
      },
    ],
    notes: [
      `The whole backlog in batches of ${limits[0]}, with nobody else there: ${whole(wholeRate)} holds per second.`,
    ],
    aims: [
      {
        aim: `Sweep of ${whole(backlog)} in batches of ${limits[0]}, alone`,
        wanted: { atLeast: 20_000, unit: "per s" },
        found: wholeRate,
        floors: [leastRate(results)],
      },
      ...places.flatMap((place) => aimsOf(results, place)),
    ],
  };
}

function aimsOf(results: Results, place: (typeof places)[number]): Aim[] {
  const quiet = (results.get(holders[place]) ?? []).map((slice) => slice.p99);
  // The aim says "of 500 or fewer"; smaller ones are in the table.
  return limits.slice(0, 1).flatMap((limit): Aim[] => {
    const { sweep, hold } = sweepers(place, limit);
    const disturbed = (results.get(hold) ?? []).map((slice) => slice.p99);
    const where = place === "others" ? "of other variants" : "of the same variant";
    return [
      {
        aim: `Sweep in batches of ${limit} while 8 clients hold ${where}`,
        wanted: { atLeast: 20_000, unit: "per s" },
        found: medianOf(results, sweep, (slice) => slice.rate),
        floors: [leastRate(results, place)],
      },
      {
        aim: `p99 of holds ${where}: with a sweep in batches of ${limit} against without`,
        wanted: { atMost: 3, unit: "×" },
        found: pairedRatio(disturbed, quiet).median,
      },
    ];
  });
}

/** What the least sweep comes to under the same conditions. */
const leastRate = (results: Results, place?: (typeof places)[number]) => ({
  what: "the least",
  found: medianOf(results, leastSweepers(place).sweep, (slice) => slice.rate),
});

/** From the first lapsed hold to the last. Answers holds per second. */
async function sweepAll(ground: Ground, backlog: number, pause: number): Promise<number> {
  const { connections } = await lend(ground.url, 1);
  const sweeps = connections.map((sql) => sweepCall({ kind: "sweep", limit: limits[0], pause }, sql));
  const start = now();
  let swept = 0;
  for (const sweep of sweeps) {
    for (let isMore = true; isMore; await sleep(pause)) {
      const { answers } = await sweep();
      swept += answers;
      isMore = answers > 0;
    }
  }
  const seconds = (now() - start) / 1000;
  await Promise.all(connections.map((sql) => sql.end()));
  expectEqual("swept", swept, backlog);
  const { holds, reserved } = await countHolds(ground);
  expectEqual("holds", holds, strangers);
  expectEqual("reserved", reserved, strangers);
  await expectNoDrift(ground);
  return swept / seconds;
}
