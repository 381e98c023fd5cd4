import { join } from "node:path";
import { stateDir } from "../../local/paths.ts";
import { Problem } from "../../local/problem.ts";
import { seconds } from "../../local/progress.ts";
import { type Ground, migrated, platform } from "./ground.ts";
import { hashOf, type Mutant } from "./mutant.ts";
import type { Options } from "./options.ts";
import { probesOf, reachedIn } from "./probes.ts";
import { type Present, readOr, writeWhole } from "./results.ts";
import type { Report } from "./runner/messages.ts";
import { Runner } from "./runner/runner.ts";
import { canJudge } from "./test-files.ts";

/**
 * What a file came to on the database as it is, in milliseconds, and the numbers of the mutants that it comes by:
 * absent where it was not green among probes, and may come by all.
 */
type Green = { took: number; slowestTest: number; reached?: number[] };
type Kept = { decidedBy: string; files: Record<string, Green & { test: string }> };

const baselineFile = join(stateDir, "mutate-baseline.json");

export type Baseline = {
  /** The files that are green as things are. */
  files: string[];
  /** Those of them that this mutant can make a difference to. */
  filesFor(mutant: Mutant): string[];
  durations: Map<string, number>;
  /** What it costs to ask a file for nothing: quick ones cost little, and those that come by few mutants. */
  costs: Map<string, number>;
  /** Milliseconds that one test may take with a mutant, and all of them together. */
  testTimeout: number;
  timeout: number;
};

/**
 * Runs every file on the database as it is: who fails there cannot judge mutants. Then among the probes of all
 * mutants. Who was green is asked again when the file, the schema or a probe has changed.
 */
export async function runBaseline(
  ground: Ground,
  mutants: Mutant[],
  { schema, tests }: Present,
  { isWithoutRed }: Options,
  say: (line: string) => void,
): Promise<Baseline> {
  const probes = probesOf(mutants);
  const decidedBy = hashOf(schema, probes);
  const kept = readOr<Kept>(baselineFile, { decidedBy, files: {} });
  const known = kept.decidedBy === decidedBy ? kept.files : {};
  const green = new Map<string, Green>();
  const runner = new Runner({ isHasty: true, testTimeout: 60_000 });
  try {
    const probed = await ground.probe(probes);
    for (const [file, test] of tests) {
      const result =
        known[file]?.test === test ? known[file] : await runFile(ground, probed, runner, file, say);
      if (!result) continue;
      green.set(file, result);
      known[file] = { ...result, test };
      writeWhole(baselineFile, { decidedBy, files: known } satisfies Kept);
    }
  } finally {
    await runner.stop();
  }
  if (green.size < tests.size && !isWithoutRed) {
    throw new Problem("Tests fail on the database as it is: mend them, or add --without-red to do without.");
  }
  const total = [...green.values()].reduce((sum, { took }) => sum + took, 0);
  const slowestTest = Math.max(...[...green.values()].map((result) => result.slowestTest));
  say(`${green.size} green test files, ${seconds(total)}; slowest test ${seconds(slowestTest)}`);
  const numbers = new Map(mutants.map(({ sql }, number) => [sql, number]));
  const reached = new Map([...green].map(([file, one]) => [file, one.reached && new Set(one.reached)]));
  return {
    files: [...green.keys()],
    filesFor: (mutant) =>
      [...green.keys()].filter((file) => {
        const comesBy = reached.get(file)?.has(numbers.get(mutant.sql) ?? -1) ?? true;
        return canJudge(file, mutant) && (comesBy || !mutant.spot);
      }),
    durations: new Map([...green].map(([file, { took }]) => [file, took])),
    costs: new Map(
      [...green].map(([file, one]) => [file, one.took * (one.reached?.length ?? mutants.length)]),
    ),
    // With room for a machine that others use too.
    testTimeout: Math.max(30_000, 2.5 * slowestTest),
    timeout: Math.max(300_000, 4 * total),
  };
}

/** Undefined where the file is red, which it says. */
async function runFile(
  ground: Ground,
  probed: string,
  runner: Runner,
  file: string,
  say: (line: string) => void,
): Promise<Green | undefined> {
  const run = async (
    templateDatabase: string,
    limit: number,
  ): Promise<[report: Report | undefined, problem: string]> => {
    const order = { adminUrl: ground.adminUrl, templateDatabase, platformDatabase: platform, files: [file] };
    const report = await runner.run(order, limit);
    const [failure] = report?.failures ?? [{ test: "(the file)", message: "it did not end in time" }];
    return [report, failure ? `${file} > ${failure.test}: ${failure.message}` : ""];
  };
  const start = Date.now();
  const [report, problem] = await run(migrated, 300_000);
  if (!report || problem) {
    say(`red as it is: ${problem}`);
    return undefined;
  }
  const took = Date.now() - start;
  const before = ground.log.length();
  const [, disturbed] = await run(probed, 100_000);
  const reached = [...reachedIn(ground.log.from(before))];
  const told = disturbed ? `may come by all: ${disturbed}` : `comes by ${reached.length}`;
  say(`${seconds(took).padStart(8)}  ${file} ${told}`);
  return { took, slowestTest: report.slowestTest, ...(!disturbed && { reached }) };
}
