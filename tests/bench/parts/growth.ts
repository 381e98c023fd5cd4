import { step } from "../../../local/progress.ts";
import { openGround } from "../ground/ground.ts";
import { load, strangers } from "../ground/load.ts";
import { expectNoDrift } from "../ground/verify.ts";
import type { Aim } from "../report/aims.ts";
import { ratioOf, whole } from "../report/tables.ts";
import { type Group, type Results, runRounds } from "../rounds.ts";
import type { Bench, PartReport } from "./bench.ts";
import { type Crowded, growthContenders, operations } from "./growth-contenders.ts";

const fewest = 1000;

/** Part B: does anything become slower when many holds exist on the variant, live, or lapsed and not swept? */
export async function runGrowth(bench: Bench): Promise<PartReport> {
  const { crew, options } = bench;
  const sizes = options.quick ? [fewest, 100_000] : [fewest, 100_000, 1_000_000];
  const grounds: Crowded[] = [];
  for (const state of ["live", "lapsed"] as const) {
    for (const holds of sizes) {
      const name = nameOf(holds, state);
      grounds.push(await step(`Loading ${name}`, () => crowd(bench, { holds, state, name })));
    }
  }
  await step("Loading the last of them after a checkpoint", () => crowdOn(grounds));
  const groups: (Group & { state: string })[] = operations.flatMap((operation) => {
    const contenders = grounds.flatMap((ground) => growthContenders(ground, operation));
    return (["live", "lapsed"] as const).map((state) => ({
      title: `${operation}, ${state} holds`,
      state,
      contenders: contenders.filter((one) => one.works[0]?.name.includes(` ${state} `)),
    }));
  });
  const results = await runRounds(crew, groups, options);
  for (const { ground, name } of grounds) {
    await step(`Looking for drift among ${name}`, () => expectNoDrift(ground));
    await ground.admin.end();
  }
  return {
    title: "B. Growth",
    text: `What 8 clients get on a variant with many holds, against the same with ${whole(fewest)}. A variant with lapsed holds is not sold out; so what is refused there is a sold-out variant beside it, in the same tables.`,
    tables: groups.map((group) => ({
      title: group.title,
      results: results.get(group) ?? new Map(),
      reference: nameOf(fewest, group.state),
      ratioTitle: `× ${whole(fewest)}`,
    })),
    aims: groups.flatMap((group) => aimOf(group, results.get(group) ?? new Map(), sizes.at(-1) ?? fewest)),
  };
}

const nameOf = (holds: number, state: string) => `${whole(holds)} ${state} holds`;

function aimOf(group: Group & { state: string }, results: Results, most: number): Aim {
  const { median } = ratioOf(results, nameOf(most, group.state), nameOf(fewest, group.state));
  return {
    aim: `Time of a ${group.title}: ${whole(most)} against ${whole(fewest)}`,
    wanted: { atMost: 1.2, unit: "×" },
    found: 1 / median,
  };
}

/**
 * Most holds are loaded before the checkpoint and some after it: those touch the pages of all indexes, so that no
 * slice has to write whole pages to the log, which a running shop does once in minutes.
 */
const afterCheckpoint = (holds: number): number => Math.min(Math.ceil(holds / 10), 50_000);

/** A ground of its own for each crowd, loaded once. */
async function crowd({ cluster }: Bench, what: Omit<Crowded, "ground">): Promise<Crowded> {
  const { holds, state } = what;
  const ground = await openGround(cluster, `bench_${state}_${holds}`);
  await load(ground, { holds: strangers, state: "live", variants: ground.spread });
  await load(ground, { holds: holds - afterCheckpoint(holds), state, variants: [ground.hot] });
  await ground.admin`vacuum analyze reservations`;
  await ground.admin`vacuum analyze shoppers`;
  return { ...what, ground };
}

async function crowdOn(grounds: Crowded[]): Promise<void> {
  for (const { ground } of grounds.slice(0, 1)) await ground.admin`checkpoint`; // of the whole server
  for (const { ground, holds, state } of grounds) {
    await load(ground, { holds: afterCheckpoint(holds), state, variants: [ground.hot] });
    await ground.admin`analyze reservations, shoppers, stock_levels`;
  }
}
