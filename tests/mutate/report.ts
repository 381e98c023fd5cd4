import { table } from "../bench/report/tables.ts";
import { explanationOf } from "./explained.ts";
import { guardedBy } from "./invariants.ts";
import type { Mutant } from "./mutant.ts";
import type { Outcome, Result } from "./results.ts";

const headings = ["killed", "timeout", "survived", "invalid", "open", "explained", "not tried"];
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

/** How many of each kind, and for each invariant, came to what; then the survivors by what they may break. */
export function summarize(mutants: Mutant[], results: Result[]): string {
  const tried = new Map(results.map((result) => [result.id, result]));
  const row = (name: string, some: Mutant[]) =>
    [name.padEnd(62), ...countsOf(some, tried).map((count) => String(count || "·").padStart(11))].join("");
  const rows = (nameOf: (mutant: Mutant) => string) =>
    groupsOf(mutants, nameOf).map(([name, some]) => row(name, some));
  const counts = [
    ["".padEnd(62), ...headings.map((name) => name.padStart(11))].join(""),
    ...rows(({ kind }) => kind),
    "",
    ...rows(guardedBy),
    "",
    row("all", mutants),
  ];
  const known = results.filter(isExplained);
  const groups = groupsOf(unexplained(results), guardedBy).flatMap(([invariant, some]) => [
    "",
    invariant,
    ...some.map(({ id }) => `  ${id}`),
  ]);
  return [
    ...counts,
    ...(groups.length > 0 ? ["", "Survivors that nothing explains, by what they may break:", ...groups] : []),
    ...(known.length > 0 ? ["", "Survivors with their reason:"] : []),
    ...known.map(({ id }) => `  ${id}\n    ${explanationOf(id)}`),
  ].join("\n");
}

/** The same for docs/mutation.md, by what the mutants may break. */
export function writeTable(mutants: Mutant[], results: Result[]): string {
  const tried = new Map(results.map((result) => [result.id, result]));
  const row = (name: string, some: Mutant[]) => [name, ...countsOf(some, tried).map(String)];
  const rows = groupsOf(mutants, guardedBy).map(([name, some]) => row(name, some));
  const survivors = unexplained(results).map(({ id }) => `- \`${id}\``);
  return [
    table(["what they may break", ...headings], [...rows, row("all", mutants)]),
    "",
    survivors.length > 0 ? "Survivors that nothing explains:" : "No survivor is without a reason.",
    ...(survivors.length > 0 ? ["", ...survivors] : []),
  ].join("\n");
}

const groupsOf = <One>(all: One[], nameOf: (one: One) => string): [string, One[]][] =>
  [...Map.groupBy(all, nameOf)].toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));

/** In the order of the headings. */
function countsOf(some: Mutant[], tried: Map<string, Result>): number[] {
  const found = some.flatMap(({ id }) => tried.get(id) ?? []);
  return [
    ...columns.map((outcome) => found.filter((one) => one.outcome === outcome && !isExplained(one)).length),
    found.filter(isExplained).length,
    some.length - found.length,
  ];
}

const isExplained = ({ id, outcome }: Result) => outcome === "survived" && explanationOf(id) !== undefined;

export const unexplained = (results: Result[]): Result[] =>
  results.filter(({ id, outcome }) => outcome === "survived" && explanationOf(id) === undefined);
