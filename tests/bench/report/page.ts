import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../../local/paths.ts";
import type { PartReport } from "../parts/bench.ts";
import { aimsTable } from "./aims.ts";
import { resultsTable } from "./tables.ts";

const file = join(root, "docs", "benchmarks.md");

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

/** Puts a report between the marks of docs/benchmarks.md. What people wrote around them stays. */
export function putOnPage(report: string, name: "bench:db" | "bench:http"): void {
  const marks = { begin: `<!-- ${name} begin -->`, end: `<!-- ${name} end -->` };
  const page = readFileSync(file, "utf8");
  const begin = page.indexOf(marks.begin);
  const end = page.indexOf(marks.end);
  if (begin === -1 || end < begin)
    throw new Error(`${file} has lost its marks ${marks.begin}, ${marks.end}.`);
  const head = page.slice(0, begin + marks.begin.length);
  writeFileSync(file, `${head}\n\n${report}\n\n${page.slice(end)}`);
}
