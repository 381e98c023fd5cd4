import { step } from "../../local/progress.ts";
import type { Crew, Tally } from "./clients/crew.ts";
import type { Job } from "./clients/jobs.ts";
import type { Ground } from "./ground/ground.ts";
import { measure, type Slice } from "./measure.ts";
import { shuffled } from "./report/statistics.ts";

/** What some clients do during a slice. `name` is the row of the table under which it is found again. */
export type Work = { name: string; job: Job; clients: number };

/** One way to do something, or a floor that no way can be under. */
export type Contender = {
  ground: Ground;
  /** Several go on side by side. */
  works: Work[];
  /** Where the clients connect to, if that is not the ground's Postgres. */
  elsewhere?: { url: string; pid: number };
  /** Puts the tables into the state from which every slice starts. */
  reset(): Promise<void>;
  /** Throws unless the tables show exactly what was answered. */
  verify(tallies: Tally[]): Promise<void>;
};

/** Contenders that meet under the same conditions. Their slices of one round are compared with each other. */
export type Group = { title: string; contenders: Contender[] };

/** The slices by name, one per round, in the order in which the group lists them. */
export type Results = Map<string, Slice[]>;

export type Pace = { rounds: number; slice: number };

/** Runs all groups, round by round, everything in shuffled order. */
export async function runRounds(crew: Crew, groups: Group[], pace: Pace): Promise<Map<Group, Results>> {
  const results = new Map(groups.map((group) => [group, emptyResults(group)]));
  for (let round = 1; round <= pace.rounds; round++) {
    for (const [group, found] of shuffled([...results])) {
      await step(`Round ${round} of ${pace.rounds}: ${group.title}`, async () => {
        for (const contender of shuffled(group.contenders)) {
          const slices = await runSlice(crew, contender, pace.slice);
          for (const [i, { name }] of contender.works.entries())
            found.get(name)?.push(...slices.slice(i, i + 1));
        }
      });
    }
  }
  return results;
}

async function runSlice(crew: Crew, contender: Contender, seconds: number): Promise<Slice[]> {
  const { ground, works, elsewhere } = contender;
  await contender.reset();
  const url = elsewhere?.url ?? ground.url;
  const tasks = works.map(({ job, clients }) => ({ job, clients, url }));
  const measured = await measure(crew, { admin: ground.admin, pid: elsewhere?.pid }, tasks, seconds);
  try {
    await contender.verify(measured.map(({ tally }) => tally));
  } catch (error) {
    throw new Error(`Wrong after a slice of "${works[0]?.name}"`, { cause: error });
  }
  return measured.map(({ slice }) => slice);
}

function emptyResults({ contenders }: Group): Results {
  return new Map(contenders.flatMap(({ works }) => works.map(({ name }) => [name, []] as [string, Slice[]])));
}
