import { join } from "node:path";
import { root } from "../../../local/paths.ts";
import { putBetweenMarks } from "../../support/marks.ts";
import type { PartReport } from "../parts/bench.ts";
import { aimsTable } from "./aims.ts";
import { resultsTable } from "./tables.ts";

/** Everything that a run has to say, in Markdown. */
export function writeReport(command: string, about: string[], parts: PartReport[]): string {
  const aims = parts.flatMap((part) => part.aims);
  return [
    `Printed by \`${command}\`:`,
    about.map((line) => `- ${line}`).join("\n"),
    ...(aims.length > 0 ? ["### What was aimed at", aimsTable(aims)] : []),
    ...parts.map(writePart),
  ].join("\n\n");
}

function writePart({ title, text, tables, notes = [] }: PartReport): string {
  return [
    `### ${title}`,
    text,
    ...tables.flatMap((one) => [
      `#### ${one.title}`,
      resultsTable(one.results, one.reference, one.ratioTitle),
    ]),
    ...notes,
  ].join("\n\n");
}

/** Puts a report between its marks in docs/benchmarks.md. */
export const putOnPage = (report: string, name: "bench:db" | "bench:http"): void =>
  putBetweenMarks(join(root, "docs", "benchmarks.md"), name, report);
