import type { Baseline } from "./baseline.ts";
import { type Ground, platform } from "./ground.ts";
import { urgencyOf } from "./invariants.ts";
import type { Mutant } from "./mutant.ts";
import type { Options } from "./options.ts";
import type { Present, Result, Results } from "./results.ts";
import { isTimeout } from "./runner/messages.ts";
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
  const queue = mutants.toSorted((a, b) => urgencyOf(a) - urgencyOf(b));
  const work = async (_: unknown, job: number) => {
    const runner = new Runner({ isHasty: true, testTimeout: trial.baseline.testTimeout });
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

/** Milliseconds that a quick file takes at most. */
const quick = 7_000;

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
  const asked = able.filter((file) => !isQuick || (baseline.durations.get(file) ?? 0) <= quick);
  const files = rank(asked, mutant, results.killers(), baseline.costs);
  const databases = { templateDatabase: database, platformDatabase: platform };
  const order = { adminUrl: ground.adminUrl, ...databases, files };
  const report = files.length === 0 ? { failures: [] } : await runner.run(order, baseline.timeout);
  if (!report) return add({ outcome: "timeout", message: "the tests did not end in time" });
  const [failure] = report.failures;
  if (!failure && asked.length < able.length) {
    const { id, object } = mutant;
    return { id, object, outcome: "open", seconds: (Date.now() - start) / 1000, decidedBy: "" };
  }
  if (!failure) return add({ outcome: "survived" });
  return add({ outcome: isTimeout(failure) ? "timeout" : "killed", ...failure });
}
