import { join, relative } from "node:path";
import {
  createVitest,
  type TestCase,
  type TestModule,
  type TestSequencer,
  type TestSpecification,
} from "vitest/node";
import { root } from "../../../local/paths.ts";
import type { Failure, Order, Report, RunnerOptions } from "./messages.ts";

// A process that keeps one Vitest ready and runs files of the suite `db` when its parent says so: to start Vitest
// anew takes longer than most mutants live.

const options = JSON.parse(process.argv[2] ?? "{}") as RunnerOptions;
let failures: Failure[] = [];
let slowestTest = 0;

/** The order in which files are asked is the order in which they are run. */
class AsAsked implements TestSequencer {
  async shard(files: TestSpecification[]) {
    return files;
  }
  async sort(files: TestSpecification[]) {
    return files;
  }
}

const nameOf = (module: TestModule) => relative(root, module.moduleId).replaceAll("\\", "/");
const firstLine = (error: { message?: string } | undefined) =>
  (error?.message ?? String(error)).split("\n", 1)[0]?.slice(0, 200) ?? "";

const reporter = {
  onTestCaseResult(test: TestCase) {
    const { state, errors } = test.result();
    slowestTest = Math.max(slowestTest, test.diagnostic()?.duration ?? 0);
    if (state === "failed") {
      failures.push({ file: nameOf(test.module), test: test.fullName, message: firstLine(errors?.[0]) });
    }
  },
  onTestModuleEnd(module: TestModule) {
    const [error] = module.errors();
    if (error) failures.push({ file: nameOf(module), test: "(the file itself)", message: firstLine(error) });
  },
};

const vitest = await createVitest(
  "test",
  {
    config: false,
    root,
    watch: false,
    include: ["tests/db/**/*.test.ts"],
    isolate: false,
    maxWorkers: 1,
    bail: options.isHasty ? 1 : 0,
    testTimeout: options.testTimeout,
    hookTimeout: 60_000,
    reporters: [reporter],
    sequence: { sequencer: AsAsked },
    fileParallelism: false,
  },
  { resolve: { alias: { "@": join(root, "src") } } },
);
await vitest.standalone();
const project = vitest.getRootProject();

async function run({ files, ...context }: Order): Promise<Report> {
  failures = [];
  slowestTest = 0;
  for (const [key, value] of Object.entries(context)) project.provide(key as "adminUrl", value);
  const specifications = files.map((file) => project.createSpecification(join(root, file)));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications, false);
  const [error] = unhandledErrors as { message?: string }[];
  if (error && failures.length === 0) {
    failures.push({ file: files[0] ?? "", test: "(an error outside of tests)", message: firstLine(error) });
  }
  return {
    failures,
    slowestTest,
    durations: testModules.map((module) => [nameOf(module), module.diagnostic().duration]),
  };
}

process.on("message", async (order: Order) => {
  const report = await run(order);
  process.send?.(report);
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
