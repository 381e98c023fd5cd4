import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stateDir } from "../../local/paths.ts";
import { hashOf, type Mutant } from "./mutant.ts";
import { readRecord, recordFile, writeRecord } from "./record.ts";

/** `open` is what the quick files alone did not notice. */
export type Outcome = "killed" | "timeout" | "survived" | "invalid" | "open";

export type Result = {
  id: string;
  object: string;
  outcome: Outcome;
  /** The test that noticed, and how it said so. */
  file?: string;
  test?: string;
  message?: string;
  seconds: number;
  /** A hash of what decides the result: for a kill the killing file alone, else all of them and the schema. */
  decidedBy: string;
};

/** The schema and the tests as they are now. */
export type Present = { schema: string; tests: Map<string, string> };

export const resultsFile = join(stateDir, "mutate.json");

/**
 * What earlier runs came to, by mutant: those on record, and this machine's own. Written after every mutant, so that
 * an interrupted run can go on.
 */
export class Results {
  readonly #file: string;
  readonly #record: string;
  readonly #all: Map<string, Result>;

  constructor(file = resultsFile, record = recordFile) {
    this.#file = file;
    this.#record = record;
    this.#all = new Map([...readRecord(record), ...Object.entries(readOr<Record<string, Result>>(file, {}))]);
  }

  /** A result that still holds: nothing has changed that it depends on. */
  find(mutant: Mutant, present: Present): Result | undefined {
    const result = this.#all.get(keyOf(mutant));
    if (!result || result.decidedBy !== decides(result, present)) return undefined;
    return { ...result, id: mutant.id };
  }

  add(mutant: Mutant, result: Omit<Result, "decidedBy" | "id" | "object">, present: Present): Result {
    const { id, object } = mutant;
    const whole = { id, object, ...result, decidedBy: decides(result, present) };
    this.#all.set(keyOf(mutant), whole);
    writeWhole(this.#file, Object.fromEntries(this.#all));
    return whole;
  }

  /** Puts on record what still holds, forgets what there is no more, and answers what it kept. */
  record(mutants: Mutant[], presentFor: (mutant: Mutant) => Present): Result[] {
    const holding = mutants.flatMap((mutant) => {
      const result = this.find(mutant, presentFor(mutant));
      return result ? [[keyOf(mutant), result] as const] : [];
    });
    writeRecord(new Map(holding), this.#record);
    return holding.map(([, result]) => result);
  }

  /** Which file noticed a mutant of which object, ever. */
  killers(): { object: string; file: string }[] {
    return [...this.#all.values()].flatMap(({ object, file }) => (file ? [{ object, file }] : []));
  }
}

const keyOf = ({ sql }: Mutant) => hashOf(sql);

/** More tests let no killed mutant live again; a survivor has to face every new test. */
function decides({ outcome, file }: Pick<Result, "outcome" | "file">, { schema, tests }: Present): string {
  if (outcome === "invalid") return "itself";
  if (file) return tests.get(file) ?? "gone";
  return hashOf(schema, ...[...tests].toSorted().flat());
}

/** What an earlier run has left in a file. */
export function readOr<Content>(file: string, otherwise: Content): Content {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Content;
  } catch {
    return otherwise;
  }
}

/** So that who is interrupted leaves the file as it was, or as it is to be. */
export function writeWhole(file: string, content: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(content, null, 1));
  renameSync(`${file}.new`, file);
}
