import { explanationOf } from "./explained.ts";
import { guardedBy } from "./invariants.ts";
import type { Mutant } from "./mutant.ts";
import type { Outcome, Result } from "./results.ts";

const columns: Outcome[] = ["killed", "timeout", "survived", "invalid", "open"];

/** `[ 12/345] killed    4.1 s  id  ← file > test: message`, about one mutant. */
export function lineOf(result: Result, done: number, all: number): string {
  const place = `[${String(done).padStart(String(all).length)}/${all}]`;
  const { outcome, seconds, id, file, test, message } = result;
  const why = file
    ? `  ← ${file.replace("tests/db/", "")} > ${test}: ${message}`
    : message
      ? `  ← ${message}`
      : "";
  return `${place} ${outcome.padEnd(8)} ${seconds.toFixed(1).padStart(6)} s  ${id}${why}`;
}

/** How many of each kind came to what, then the survivors by what they may break. */
export function summarize(mutants: Mutant[], results: Result[]): string {
  const kindOf = new Map(mutants.map(({ id, kind }) => [id, kind]));
  const byKind = [...Map.groupBy(results, ({ id }) => kindOf.get(id) ?? "?")];
  const row = (name: string, some: Result[]) => {
    const counts = columns.map((outcome) => some.filter((result) => result.outcome === outcome).length);
    return [name.padEnd(24), ...counts.map((count) => String(count || "·").padStart(9))].join("");
  };
  const table = [
    ["".padEnd(24), ...columns.map((outcome) => outcome.padStart(9))].join(""),
    ...byKind.map(([kind, some]) => row(kind, some)),
    row("all", results),
  ];
  const survivors = results.filter(({ outcome }) => outcome === "survived");
  const known = survivors.filter(({ id }) => explanationOf(id) !== undefined);
  const open = Map.groupBy(unexplained(results), guardedBy);
  const groups = [...open]
    .toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .flatMap(([invariant, some]) => ["", invariant, ...some.map(({ id }) => `  ${id}`)]);
  return [
    ...table,
    ...(groups.length > 0 ? ["", "Survivors that nothing explains, by what they may break:", ...groups] : []),
    ...(known.length > 0 ? ["", "Survivors with their reason:"] : []),
    ...known.map(({ id }) => `  ${id}\n    ${explanationOf(id)}`),
  ].join("\n");
}

export const unexplained = (results: Result[]): Result[] =>
  results.filter(({ id, outcome }) => outcome === "survived" && explanationOf(id) === undefined);
