import { step } from "../../local/progress.ts";
import type { Contender } from "./contenders.ts";
import type { Crew } from "./crew.ts";
import type { Ground } from "./ground.ts";
import { measure, type Slice } from "./measure.ts";
import { shuffled } from "./statistics.ts";

/** Contenders that meet under the same conditions. Their slices of one round are compared with each other. */
export type Group = { title: string; clients: number; contenders: Contender[] };

/** The slices of each contender, one per round. */
export type Results = Map<string, Slice[]>;

/** Runs all groups, round by round, everything in shuffled order. Answers the results per group. */
export async function runRounds(
  crew: Crew,
  ground: Ground,
  groups: Group[],
  { rounds, slice }: { rounds: number; slice: number },
): Promise<Map<Group, Results>> {
  const results = new Map(
    // In the order of the tables, which is not that of the slices.
    groups.map((group) => [group, new Map(group.contenders.map(({ name }) => [name, [] as Slice[]]))]),
  );
  for (let round = 1; round <= rounds; round++) {
    for (const group of shuffled(groups)) {
      await step(`Round ${round} of ${rounds}: ${group.title}`, async () => {
        for (const contender of shuffled(group.contenders)) {
          await contender.reset();
          await ground.admin`checkpoint`;
          const task = { url: ground.url, clients: group.clients, job: contender.job };
          const [measured] = await measure(crew, ground.admin, [task], slice);
          if (!measured) continue;
          await contender.verify(measured.tally);
          results.get(group)?.get(contender.name)?.push(measured.slice);
        }
      });
    }
  }
  return results;
}
