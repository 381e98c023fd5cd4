import type { Verdict } from "./verdict.ts";

/** What people read at the end of a storm. */
export function reportOf({ findings, latencies, passed }: Verdict): string {
  const milliseconds = (value: number) => `${value.toFixed(0)} ms`;
  const table = [
    ["step", "requests", "p50", "p90", "p99", "max"],
    ...latencies.map(({ step, requests, p50, p90, p99, max }) => [
      step,
      String(requests),
      ...[p50, p90, p99, max].map(milliseconds),
    ]),
  ];
  const width = (column: number) => Math.max(...table.map((row) => row[column]?.length ?? 0));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
      .join("  ");
  const longest = Math.max(...findings.map(({ name }) => name.length));
  return [
    "",
    ...table.map((row) => `  ${line(row)}`),
    "",
    ...findings.map(
      ({ name, passed: isGood, says }) => `  ${isGood ? "✓" : "✗"} ${name.padEnd(longest)}  ${says}`,
    ),
    "",
    passed ? "The store kept every promise." : "The store did not pass: see the lines marked ✗.",
  ].join("\n");
}
