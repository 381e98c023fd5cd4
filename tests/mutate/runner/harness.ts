import { expect } from "vitest";
import type { Failure, Order, Report, RunnerOptions } from "./messages.ts";

// What test files of the suite `db` ask of Vitest, without Vitest's processes: to start them takes longer than most
// mutants live. `expect` is Vitest's own. worker.ts puts this in the place of "vitest".

export { expect };

type Body = (...args: never[]) => unknown;
type Hook = () => unknown;
type Test = { name: string; body: () => unknown; timeout: number | undefined };
type Suite = {
  name: string;
  parts: (Test | Suite)[];
  beforeAll: Hook[];
  beforeEach: Hook[];
  afterEach: Hook[];
  afterAll: Hook[];
};

const suiteOf = (name: string): Suite => ({
  ...{ name, parts: [], beforeAll: [], beforeEach: [], afterEach: [], afterAll: [] },
});

let collecting = suiteOf("");
let context: Record<string, unknown> = {};

export const inject = (key: string): unknown => context[key];
export const beforeAll = (hook: Hook) => void collecting.beforeAll.push(hook);
export const beforeEach = (hook: Hook) => void collecting.beforeEach.push(hook);
export const afterEach = (hook: Hook) => void collecting.afterEach.push(hook);
export const afterAll = (hook: Hook) => void collecting.afterAll.push(hook);

type Cases = readonly unknown[];
type Declare = (name: string, body: Body, timeout?: number) => void;

/** Adds `.each`: an array is spread over the arguments, anything else is the only one. */
const withEach = (declare: Declare) =>
  Object.assign(declare, {
    each: (cases: Cases) => (name: string, body: Body, timeout?: number) => {
      for (const one of cases) {
        const args = (Array.isArray(one) ? one : [one]) as never[];
        declare(nameOf(name, args), () => body(...args), timeout);
      }
    },
  });

function nameOf(name: string, args: unknown[]): string {
  const values = [...args];
  const [first] = args as Record<string, unknown>[];
  return name
    .replace(/\$(\w+)/g, (all, key: string) => String(first?.[key] ?? all))
    .replace(/%[sdijo]/g, () => String(values.shift()));
}

export const test = withEach((name, body, timeout) => {
  collecting.parts.push({ name, body: body as () => unknown, timeout });
});

export const describe = withEach((name, body) => {
  const outer = collecting;
  const suite = suiteOf(name);
  outer.parts.push(suite);
  collecting = suite;
  (body as () => void)();
  collecting = outer;
});

const hookTimeout = 60_000;

/** Runs files one after the other, each of which `load` evaluates anew. */
export async function runFiles(
  { files, patience = {}, ...order }: Order,
  { isHasty, testTimeout }: RunnerOptions,
  load: (file: string) => Promise<unknown>,
): Promise<Report> {
  context = order;
  const report: Report = { failures: [], durations: [], slowestTest: 0 };
  const isOver = () => isHasty && report.failures.length > 0;

  async function attempt(failure: Omit<Failure, "message">, work: () => unknown, timeout: number) {
    try {
      await inTime(work, timeout);
      return true;
    } catch (error) {
      report.failures.push({ ...failure, message: firstLine(error) });
      return false;
    }
  }

  /** Until one of them fails. */
  async function attemptAll(failure: Omit<Failure, "message">, hooks: Hook[]): Promise<boolean> {
    for (const hook of hooks) {
      if (!(await attempt(failure, hook, patience[failure.file] ?? hookTimeout))) return false;
    }
    return true;
  }

  async function runTest(file: string, path: Suite[], { name, body, timeout }: Test) {
    const failure = { file, test: [...path.slice(1).map((suite) => suite.name), name].join(" > ") };
    const start = Date.now();
    const before = path.flatMap((suite) => suite.beforeEach);
    if (await attemptAll(failure, before)) {
      await attempt(failure, body, timeout ?? patience[file] ?? testTimeout);
    }
    const after = path.toReversed().flatMap((suite) => suite.afterEach.toReversed());
    for (const hook of after) await attempt(failure, hook, patience[file] ?? hookTimeout);
    report.slowestTest = Math.max(report.slowestTest, Date.now() - start);
  }

  async function runSuite(file: string, path: Suite[]) {
    const suite = path.at(-1) as Suite;
    const failure = { file, test: suite.name || "(the file itself)" };
    const isReady = await attemptAll(failure, suite.beforeAll);
    for (const part of isReady ? suite.parts : []) {
      if (isOver()) break;
      if ("parts" in part) await runSuite(file, [...path, part]);
      else await runTest(file, path, part);
    }
    for (const hook of suite.afterAll.toReversed()) await attempt(failure, hook, hookTimeout);
  }

  for (const file of files) {
    if (isOver()) break;
    const start = Date.now();
    const suite = suiteOf("");
    collecting = suite;
    if (await attempt({ file, test: "(the file itself)" }, () => load(file), hookTimeout)) {
      await runSuite(file, [suite]);
    }
    report.durations.push([file, Date.now() - start]);
  }
  return report;
}

async function inTime(work: () => unknown, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`timed out in ${timeout}ms`)), timeout);
  });
  try {
    await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

const firstLine = (error: unknown) =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]?.slice(0, 200) ?? "";
