import { expect, test } from "vitest";
import { lastLine, outcomeOf, type Report, sum } from "../../local/results.ts";
import { readSelection, suites } from "../../local/suites.ts";

const report = (...states: string[]): Report => ({
  testResults: [
    {
      name: "a.test.ts",
      status: states.includes("failed") ? "failed" : "passed",
      assertionResults: states.map((status, at) => ({ fullName: `t${at}`, status })),
    },
  ],
});

test("counts passed, failed and every kind of skipped", () => {
  const outcome = outcomeOf("db", report("passed", "passed", "failed", "skipped", "pending", "todo"), 1);
  expect(outcome).toEqual({ passed: 2, failed: ["db: t2"], skipped: ["db: t3", "db: t4", "db: t5"] });
});

test("sums the suites into the last line", () => {
  const total = sum([
    outcomeOf("unit", report("passed", "skipped"), 0),
    outcomeOf("db", report("passed", "failed"), 1),
    { passed: 0, failed: [], skipped: [] },
  ]);
  expect(lastLine(total)).toBe("2 passed, 1 failed, 1 skipped");
});

test("a suite that could not run is a failure", () => {
  expect(outcomeOf("api", undefined, 1).failed).toEqual(["api: could not run"]);
});

test("a suite in which no test ran is a failure", () => {
  expect(outcomeOf("api", { testResults: [] }, 0).failed).toEqual(["api: no test ran"]);
});

test("a file that failed outside of its tests is a failure beside those that passed", () => {
  const broken: Report = {
    testResults: [
      {
        name: "leak.test.ts",
        status: "failed",
        message: "left open\nat …",
        assertionResults: [{ fullName: "t", status: "passed" }],
      },
    ],
  };
  expect(outcomeOf("db", broken, 1)).toEqual({
    passed: 1,
    failed: ["db: leak.test.ts (left open)"],
    skipped: [],
  });
});

test("an exit code without a failed test is a failure", () => {
  expect(outcomeOf("unit", report("passed"), 1).failed).toEqual(["unit: errors outside of tests, see above"]);
});

test("runs all suites, or the named ones in their usual order, and hands the rest to Vitest", () => {
  expect(readSelection([])).toEqual({ suites: [...suites], vitestArgs: [] });
  expect(readSelection(["db", "unit"])).toEqual({ suites: ["unit", "db"], vitestArgs: [] });
  expect(readSelection(["db", "-t", "two shoppers"])).toEqual({
    suites: ["db"],
    vitestArgs: ["-t", "two shoppers"],
  });
  expect(readSelection(["db", "tests/db/reserve.test.ts"]).vitestArgs).toEqual(["tests/db/reserve.test.ts"]);
});

test("an unknown suite is refused with the names of all", () => {
  expect(() => readSelection(["database"])).toThrow(
    'There is no suite "database": the suites are checks, unit',
  );
});
