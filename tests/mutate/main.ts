import { join } from "node:path";
import { root } from "../../local/paths.ts";
import { describeFailure, Problem } from "../../local/problem.ts";
import { step } from "../../local/progress.ts";
import { startTestCluster } from "../../local/test-cluster.ts";
import { putBetweenMarks } from "../support/marks.ts";
import { runBaseline } from "./baseline.ts";
import { deriveMutants } from "./catalogue.ts";
import { explanationOf, needless } from "./explained.ts";
import { type Ground, hashSchema, prepareGround } from "./ground.ts";
import type { Mutant } from "./mutant.ts";
import { type Options, readOptions } from "./options.ts";
import { lineOf, summarize, unexplained, writeTable } from "./report.ts";
import { type Result, Results } from "./results.ts";
import { select } from "./selection.ts";
import { findTestFiles, hashTests } from "./test-files.ts";
import { tryAll } from "./trial.ts";

// `npm run mutate:db`: plants one small fault after the other in the database and sees whether a test notices.
// docs/mutation.md

try {
  process.exit(await run(readOptions(process.argv.slice(2))));
} catch (error) {
  console.error(`\n${describeFailure(error)}`);
  process.exit(1);
}

async function run(options: Options): Promise<number> {
  const started = await startTestCluster();
  const { stoppables } = started;
  const stop = () => void stoppables.stopAll().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  process.on("disconnect", stop);
  try {
    const ground = await step("A migrated database", () => prepareGround(started));
    const all = await ground.read(deriveMutants);
    const mutants = select(all, options);
    for (const { mutants: pattern } of needless(all.map(({ id }) => id))) {
      console.log(`  tests/mutate/explained/ explains what is not there any more: ${pattern}`);
    }
    console.log(`  ${mutants.length} of ${all.length} mutants\n`);
    if (mutants.length === 0) throw new Problem("No mutant is meant by this: see --list.");
    if (options.isList) {
      for (const { id } of mutants) console.log(id);
      return 0;
    }
    const results = await tryMutants(ground, all, mutants, options);
    console.log(`\n${summarize(mutants, results)}`);
    return unexplained(results).length > 0 ? 1 : 0;
  } finally {
    await stoppables.stopAll();
  }
}

/** Goes on where an earlier run has stopped. */
async function tryMutants(
  ground: Ground,
  all: Mutant[],
  mutants: Mutant[],
  options: Options,
): Promise<Result[]> {
  const results = new Results();
  const schema = await ground.read(hashSchema);
  const tests = hashTests(findTestFiles());
  console.log("  The tests on a database that does the same in other words, and on one with probes …");
  const baseline = await runBaseline(ground, all, { schema, tests }, options, (line) =>
    console.log(`  ${line}`),
  );
  const presentFor = (mutant: Mutant) => ({
    schema,
    tests: new Map(baseline.filesFor(mutant).map((file) => [file, tests.get(file) ?? ""])),
  });

  const isAsked = ({ outcome }: Result) => options.isFresh || (options.isTimeouts && outcome === "timeout");
  const known = mutants.flatMap((mutant) => {
    const result = results.find(mutant, presentFor(mutant));
    return result && !isAsked(result) ? [result] : [];
  });
  const answered = new Set(known.map(({ id }) => id));
  // What is explained survives: a glance at it shows nothing.
  const isWorthIt = (id: string) => !options.isQuick || explanationOf(id) === undefined;
  const left = mutants.filter(({ id }) => !answered.has(id) && isWorthIt(id));
  console.log(`  ${known.length} are known from earlier runs, ${left.length} are to be tried\n`);
  if (options.isRecord) {
    const held = results.record(all, presentFor);
    const when = new Date().toISOString().slice(0, 10);
    const text = `What \`npm run mutate:db -- --record\` knew on ${when}:\n\n${writeTable(all, held)}`;
    putBetweenMarks(join(root, "docs", "mutation.md"), "mutate:db", text);
  }
  if (options.isKnown || options.isRecord) return known;
  const found: Result[] = [];
  await tryAll(left, options, { ground, baseline, presentFor, results }, (result) => {
    found.push(result);
    console.log(lineOf(result, found.length, left.length));
  });
  return [...known, ...found];
}
