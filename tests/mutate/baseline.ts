import { join } from "node:path";
import { stateDir } from "../../local/paths.ts";
import { Problem } from "../../local/problem.ts";
import { seconds } from "../../local/progress.ts";
import { type Ground, platform, rewording } from "./ground.ts";
import { hashOf, type Mutant } from "./mutant.ts";
import type { Options } from "./options.ts";
import { probesOf, reachedIn } from "./probes.ts";
import { type Present, readOr, writeWhole } from "./results.ts";
import { Runner } from "./runner/runner.ts";
import { canJudge } from "./test-files.ts";

/**
 * What a file came to on the database in other words, in milliseconds, and the numbers of the mutants that it comes by:
 * absent where it was not green among probes, and may come by all.
 */
type Green = { took: number; slowestTest: number; reached?: number[] };
type Kept = { decidedBy: string; files: Record<string, Green & { test: string }> };

/** How tests are run: until the first fails, each for a minute at most where nothing else is known. */
export const usual = { isHasty: true, testTimeout: 60_000 };

const baselineFile = join(stateDir, "mutate-baseline.json");

export type Baseline = {
  /** The files that are green as things are. */
  files: string[];
  /** Those of them that this mutant can make a difference to. */
  filesFor(mutant: Mutant): string[];
  durations: Map<string, number>;
  /** What it costs to ask a file for nothing: quick ones cost little, and those that come by few mutants. */
  costs: Map<string, number>;
  /** Milliseconds that one test of a file may take with a mutant, and all tests together. */
  patience: Record<string, number>;
  timeout: number;
};

/**
 * Runs every file on a database that does the same in other words: who fails there fails without a fault, or reads the
 * schema as text, and would notice whatever is changed. Then among the probes of all mutants. Who was green is asked
 * again when the file, the schema or a probe has changed.
 */
export async function runBaseline(
  ground: Ground,
  mutants: Mutant[],
  { schema, tests }: Present,
  { isWithoutRed }: Options,
  say: (line: string) => void,
): Promise<Baseline> {
  const probes = probesOf(mutants);
  const decidedBy = hashOf(schema, rewording, probes);
  const kept = readOr<Kept>(baselineFile, { decidedBy, files: {} });
  const known = kept.decidedBy === decidedBy ? kept.files : {};
  const green = new Map(Object.entries(known).filter(([file, { test }]) => tests.get(file) === test));
  const left = [...tests.keys()].filter((file) => !green.has(file));
  const runners = [1, 2].map(() => new Runner(usual)) as [Runner, Runner];
  try {
    const probed = await ground.probe(probes);
    const reworded = await ground.reword();
    // The next file runs in other words beside this one among the probes.
    let next = runReworded(ground, reworded, runners[0], left[0]);
    for (const [at, file] of left.entries()) {
      const among = runAmongProbes(ground, probed, runners[1], file);
      const plain = await next;
      next = runReworded(ground, reworded, runners[0], left[at + 1]);
      const { reached, disturbed } = await among;
      if (plain.problem !== undefined) {
        say(`red in other words: ${plain.problem}`);
        continue;
      }
      const told = reached ? `comes by ${reached.length}` : `may come by all: ${disturbed}`;
      say(`${seconds(plain.took).padStart(8)}  ${file} ${told}`);
      green.set(file, { ...plain, ...(reached && { reached }), test: tests.get(file) ?? "" });
      writeWhole(baselineFile, { decidedBy, files: Object.fromEntries(green) } satisfies Kept);
    }
  } finally {
    await Promise.all(runners.map((runner) => runner.stop()));
  }
  if (green.size < tests.size && !isWithoutRed) {
    throw new Problem(
      "Tests fail on a database that does the same in other words: mend them, name them in tests/mutate/test-files.ts if they read the schema's text, or add --without-red to do without.",
    );
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
    patience: Object.fromEntries(
      [...green].map(([file, one]) => [file, Math.max(15_000, 4 * one.slowestTest)]),
    ),
    timeout: Math.max(300_000, 4 * total),
  };
}

async function runReworded(ground: Ground, reworded: string, runner: Runner, file: string | undefined) {
  const start = Date.now();
  const { report, problem } = await run(ground, reworded, runner, file, 300_000);
  return { took: Date.now() - start, slowestTest: report?.slowestTest ?? 0, problem };
}

async function runAmongProbes(ground: Ground, probed: string, runner: Runner, file: string) {
  const before = ground.log.length();
  const { problem: disturbed } = await run(ground, probed, runner, file, 150_000);
  return { disturbed, reached: disturbed ? undefined : [...reachedIn(ground.log.from(before))] };
}

/** `problem` says why the file is red, where it is. */
async function run(
  { adminUrl }: Ground,
  templateDatabase: string,
  runner: Runner,
  file: string | undefined,
  limit: number,
) {
  const order = { adminUrl, templateDatabase, platformDatabase: platform, files: file ? [file] : [] };
  const report = await runner.run(order, limit);
  const [failure] = report?.failures ?? [{ test: "(the file)", message: "it did not end in time" }];
  return { report, problem: failure && `${file} > ${failure.test}: ${failure.message}` };
}
