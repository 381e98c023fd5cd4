import { readFileSync } from "node:fs";
import { join } from "node:path";

const page = join(import.meta.dirname, "..", "..", "docs", "error-codes.md");

/** The two tables of docs/error-codes.md: the cells of the first column with those of the second. */
export function readErrorCodes(): { problems: Map<string, number>; sqlStates: Map<string, string> } {
  const [, problems = "", sqlStates = ""] = readFileSync(page, "utf8").split(/^## /m);
  return {
    problems: new Map(rowsOf(problems).map(([code, status]) => [code, Number(status)])),
    sqlStates: new Map(rowsOf(sqlStates)),
  };
}

function rowsOf(section: string): [string, string][] {
  const rows = section.matchAll(/^\|\s*`(\w+)`\s*\|\s*`?(\w+)`?\s*\|/gm);
  return [...rows].map(([, first = "", second = ""]) => [first, second]);
}
