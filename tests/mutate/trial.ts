import type { Baseline } from "./baseline.ts";
import { type Ground, platform } from "./ground.ts";
import type { Mutant } from "./mutant.ts";
import type { Present, Result, Results } from "./results.ts";
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
  jobs: number,
  trial: Trial,
  tell: (result: Result) => void,
): Promise<void> {
  const queue = [...mutants];
  const work = async (_: unknown, job: number) => {
    const runner = new Runner({ isHasty: true, testTimeout: trial.baseline.testTimeout });
    try {
      for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
        tell(await tryOne(mutant, `mutant_${job}`, runner, trial));
      }
    } finally {
      await runner.stop();
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
}

async function tryOne(mutant: Mutant, database: string, runner: Runner, trial: Trial): Promise<Result> {
  const { ground, baseline, results } = trial;
  const present = trial.presentFor(mutant);
  const start = Date.now();
  const add = (result: Omit<Parameters<Results["add"]>[1], "seconds">) =>
    results.add(mutant, { ...result, seconds: (Date.now() - start) / 1000 }, present);

  const whyNot = await ground.plant(mutant, database);
  if (whyNot !== undefined) return add({ outcome: "invalid", message: whyNot });
  if (present.tests.size === 0) return add({ outcome: "survived", message: "no test comes by" });
  const files = rank([...present.tests.keys()], mutant, results.killers(), baseline.durations);
  const databases = { templateDatabase: database, platformDatabase: platform };
  const report = await runner.run({ adminUrl: ground.adminUrl, ...databases, files }, baseline.timeout);
  if (!report) return add({ outcome: "timeout", message: "the tests did not end in time" });
  const [failure] = report.failures;
  if (!failure) return add({ outcome: "survived" });
  return add({ outcome: /timed out in \d+ms/.test(failure.message) ? "timeout" : "killed", ...failure });
}
