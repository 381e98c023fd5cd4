/** What one suite came to. `names` are for people; the counts are the truth. */
export type Outcome = {
  passed: number;
  failed: string[];
  skipped: string[];
};

/** The part that we read of Vitest's JSON report (Jest's format). */
export type Report = {
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { fullName: string; status: string }[];
  }[];
};

/**
 * Counts a suite from its report. What Vitest reports beside the tests counts too, so that no broken run looks
 * green: a file that could not be loaded or whose teardown failed, an unhandled error, a suite without tests.
 */
export function outcomeOf(suite: string, report: Report | undefined, exitCode: number | null): Outcome {
  if (!report) return { passed: 0, failed: [`${suite}: could not run`], skipped: [] };
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const namesWith = (...states: string[]) =>
    tests.filter(({ status }) => states.includes(status)).map(({ fullName }) => `${suite}: ${fullName}`);

  const passed = namesWith("passed").length;
  const skipped = namesWith("skipped", "pending", "todo", "disabled");
  const failed = [...namesWith("failed"), ...brokenFiles(suite, report)];
  if (tests.length === 0 && failed.length === 0) failed.push(`${suite}: no test ran`);
  if (exitCode !== 0 && failed.length === 0) failed.push(`${suite}: errors outside of tests, see above`);
  return { passed, failed, skipped };
}

export function sum(outcomes: Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((total, { passed }) => total + passed, 0),
    failed: outcomes.flatMap(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
  };
}

/** The last line of a run, for people and for machines that read it. */
export const lastLine = ({ passed, failed, skipped }: Outcome): string =>
  `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;

function brokenFiles(suite: string, { testResults }: Report): string[] {
  return testResults
    .filter(
      (file) => file.status === "failed" && file.assertionResults.every((test) => test.status !== "failed"),
    )
    .map(
      (file) =>
        `${suite}: ${file.name} (${file.message?.split("\n", 1)[0] || "failed outside of its tests"})`,
    );
}
