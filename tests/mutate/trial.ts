import { type Baseline, usual } from "./baseline.ts";
import { explanationOf } from "./explained.ts";
import { type Ground, platform } from "./ground.ts";
import { urgencyOf } from "./invariants.ts";
import type { Mutant } from "./mutant.ts";
import type { Options } from "./options.ts";
import type { Present, Result, Results } from "./results.ts";
import { isTimeout, type Report } from "./runner/messages.ts";
import { Runner } from "./runner/runner.ts";
import { rank } from "./test-files.ts";

export type Trial = {
  ground: Ground;
  baseline: Baseline;
  /** What decides about a mutant: the files that can notice it. */
  presentFor(mutant: Mutant): Present;
  results: Results;
};

/** Tries all mutants, several at a time where it may, and tells of each as it is done. */
export async function tryAll(
  mutants: Mutant[],
  { jobs, isQuick }: Pick<Options, "jobs" | "isQuick">,
  trial: Trial,
  tell: (result: Result) => void,
): Promise<void> {
  // What is explained is expected to survive, which takes longest to show.
  const isExpected = ({ id }: Mutant) => Number(explanationOf(id) !== undefined);
  const queue = mutants.toSorted((a, b) => isExpected(a) - isExpected(b) || urgencyOf(a) - urgencyOf(b));
  const work = async (_: unknown, job: number) => {
    const runner = new Runner(usual);
    try {
      for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
        tell(await tryOne(mutant, `mutant_${job}`, runner, trial, isQuick));
      }
    } finally {
      await runner.stop();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

/** Milliseconds that a quick file takes at most, and how many of them are asked. */
const quick = 12_000;
const likeliest = 4;

async function tryOne(
  mutant: Mutant,
  database: string,
  runner: Runner,
  trial: Trial,
  isQuick: boolean,
): Promise<Result> {
  const { ground, baseline, results } = trial;
  const present = trial.presentFor(mutant);
  const start = Date.now();
  const add = (result: Omit<Parameters<Results["add"]>[1], "seconds">) =>
    results.add(mutant, { ...result, seconds: (Date.now() - start) / 1000 }, present);

  const whyNot = await ground.plant(mutant, database);
  if (whyNot !== undefined) return add({ outcome: "invalid", message: whyNot });
  if (present.tests.size === 0) return add({ outcome: "survived", message: "no test comes by" });
  const able = [...present.tests.keys()];
  const ranked = rank(able, mutant, results.killers(), baseline.costs);
  const isQuickOne = (file: string) => (baseline.durations.get(file) ?? 0) <= quick;
  const files = isQuick ? ranked.filter(isQuickOne).slice(0, likeliest) : ranked;
  const { patience } = baseline;
  const databases = { templateDatabase: database, platformDatabase: platform, patience };
  const report = await ask(files, (some) =>
    runner.run({ adminUrl: ground.adminUrl, ...databases, files: some }, baseline.timeout),
  );
  if (!report) return add({ outcome: "timeout", message: "the tests did not end in time" });
  const [failure] = report.failures;
  // Who stops a run takes the server away from the tests that are at work: that shows nothing.
  if (failure ? ofTheEnd.test(failure.message) : files.length < able.length) {
    const { id, object } = mutant;
    return { id, object, outcome: "open", seconds: (Date.now() - start) / 1000, decidedBy: "" };
  }
  if (!failure) return add({ outcome: "survived" });
  return add({ outcome: isTimeout(failure) ? "timeout" : "killed", ...failure });
}

const ofTheEnd = /CONNECTION_|ECONNRE|shutting down|terminating connection/;

/** What a busy machine brings about as well as a mutant. */
const ofTheMachine = /lock timeout|statement timeout|deadlock|timed out in|too many clients/;

/** Until a file notices. One whose complaint may be about the machine has to notice twice. */
export async function ask(
  files: string[],
  run: (files: string[]) => Promise<Report | undefined>,
): Promise<Pick<Report, "failures"> | undefined> {
  if (files.length === 0) return { failures: [] };
  const report = await run(files);
  const [failure] = report?.failures ?? [];
  if (!failure || !ofTheMachine.test(failure.message)) return report;
  const again = await run([failure.file]);
  if (!again || again.failures.length > 0) return again;
  return ask(files.slice(files.indexOf(failure.file) + 1), run);
}
