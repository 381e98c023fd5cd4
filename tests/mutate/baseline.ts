import { join } from "node:path";
import { stateDir } from "../../local/paths.ts";
import { Problem } from "../../local/problem.ts";
import { seconds } from "../../local/progress.ts";
import { type Ground, migrated, platform } from "./ground.ts";
import type { Options } from "./options.ts";
import { type Present, readOr, writeWhole } from "./results.ts";
import { Runner } from "./runner/runner.ts";

/** What a file came to on the database as it is, in milliseconds. */
type Green = { took: number; slowestTest: number };
type Kept = { schema: string; files: Record<string, Green & { test: string }> };

const baselineFile = join(stateDir, "mutate-baseline.json");

export type Baseline = {
  /** The files that are green as things are. */
  files: string[];
  durations: Map<string, number>;
  /** Milliseconds that one test may take with a mutant, and all of them together. */
  testTimeout: number;
  timeout: number;
};

/**
 * Runs every file on the database as it is: who fails there cannot judge mutants. Who was green is asked again
 * when the file or the schema has changed.
 */
export async function runBaseline(
  ground: Ground,
  { schema, tests }: Present,
  { isWithoutRed }: Options,
  say: (line: string) => void,
): Promise<Baseline> {
  const kept = readOr<Kept>(baselineFile, { schema, files: {} });
  const known = kept.schema === schema ? kept.files : {};
  const green = new Map<string, Green>();
  const runner = new Runner({ isHasty: true, testTimeout: 60_000 });
  try {
    for (const [file, test] of tests) {
      const result = known[file]?.test === test ? known[file] : await runFile(ground, runner, file, say);
      if (!result) continue;
      green.set(file, result);
      known[file] = { ...result, test };
      writeWhole(baselineFile, { schema, files: known } satisfies Kept);
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
  return {
    files: [...green.keys()],
    durations: new Map([...green].map(([file, { took }]) => [file, took])),
    // With room for a machine that others use too.
    testTimeout: Math.max(20_000, 2 * slowestTest),
    timeout: Math.max(180_000, 3 * total),
  };
}

/** Undefined where the file is red, which it says. */
async function runFile(
  { adminUrl }: Ground,
  runner: Runner,
  file: string,
  say: (line: string) => void,
): Promise<Green | undefined> {
  const start = Date.now();
  const order = { adminUrl, templateDatabase: migrated, platformDatabase: platform, files: [file] };
  const report = await runner.run(order, 180_000);
  const [failure] = report?.failures ?? [{ test: "(the file)", message: "it did not end in three minutes" }];
  if (!report || failure) {
    say(`red as it is: ${file} > ${failure?.test}: ${failure?.message}`);
    return undefined;
  }
  const took = Date.now() - start;
  say(`${seconds(took).padStart(8)}  ${file}`);
  return { took, slowestTest: report.slowestTest };
}
