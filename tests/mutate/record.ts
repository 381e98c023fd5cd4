import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../../local/paths.ts";
import type { Outcome, Result } from "./results.ts";

// What runs came to, kept with the code: one line per mutant, so that a change shows in a comparison, and so that a
// run on another machine goes on where the last one has stopped.

export const recordFile = join(root, "docs", "mutation.tsv");

const head = ["outcome", "mutant", "noticed by", "test", "SQL", "decided by"];
const folder = /^tests\/db\/(.*)\.test\.ts$/;

/** By the hash of the SQL that plants it. Empty where there is no record yet. */
export function readRecord(file = recordFile): Map<string, Result> {
  const [, ...lines] = textOf(file).split("\n").filter(Boolean);
  return new Map(lines.map(readLine));
}

/** `objects` says what each mutant stands on, which no line repeats. */
export function writeRecord(results: Map<string, Result>, file = recordFile): void {
  const lines = [...results].map(writeLine).toSorted();
  writeFileSync(file, `${[head.join("\t"), ...lines].join("\n")}\n`);
}

function writeLine([key, { outcome, id, file = "", test = "", decidedBy }]: [string, Result]): string {
  const cells = [outcome, id, file.replace(folder, "$1"), test, key, decidedBy];
  return cells.map((cell) => cell.replaceAll(/\s+/g, " ")).join("\t");
}

function readLine(line: string): [string, Result] {
  const [outcome = "", id = "", by = "", test = "", key = "", decidedBy = ""] = line.split("\t");
  const noticed = by && { file: `tests/db/${by}.test.ts`, test, message: "noticed in an earlier run" };
  const object = id.split(" ")[0] ?? "";
  return [key, { id, object, outcome: outcome as Outcome, ...(noticed || {}), seconds: 0, decidedBy }];
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
