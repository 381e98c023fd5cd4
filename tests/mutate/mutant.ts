import { createHash } from "node:crypto";

export const kinds = [
  ...[
    "check-dropped",
    "check-weakened",
    "trigger-dropped",
    "trigger-when",
    "unique-dropped",
    "unique-widened",
  ],
  ...[
    "foreign-key-dropped",
    "lock-removed",
    "skip-locked-removed",
    "lock-call-neutralised",
    "lock-order-reversed",
  ],
  ...["where", "on", "guard", "clock", "limit", "bound"],
] as const;
export type Kind = (typeof kinds)[number];

/** Where a test has to come by for the fault to make any difference. */
export type Spot =
  /** Where the condition between these characters of the definition has not the value that the fault gives it. */
  | { kind: "value"; before: string; definition: string; from: number; to: number; value: string }
  /** Where the function is called. Its statements begin at this character. */
  | { kind: "call"; before: string; definition: string; from: number }
  /** Where this trigger fires. */
  | { kind: "trigger"; before: string; definition: string };

/** One small fault, as SQL that plants it in the migrated schema. */
export type Mutant = {
  /** What was changed and how, in words that survive a change elsewhere: `private.lock_levels lock-removed "…"`. */
  id: string;
  /** The function, or the table with what was changed of it, for example `public.reservations.one_active_idx`. */
  object: string;
  kind: Kind;
  sql: string;
  /** Absent where it cannot be told: every test may make a difference then. */
  spot?: Spot;
};

export const hashOf = (...texts: string[]): string =>
  createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 16);

/** The beginning and the end of a text that is too long for a line. */
export const shorten = (text: string, length = 100): string =>
  text.length <= length ? text : `${text.slice(0, length - 30)} … ${text.slice(-27)}`;

/** Numbers what would have the same name, in order; drops what would run the same SQL. */
export function distinct(mutants: Mutant[]): Mutant[] {
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  return mutants.flatMap((mutant) => {
    if (seen.has(mutant.sql)) return [];
    seen.add(mutant.sql);
    const count = (counts.get(mutant.id) ?? 0) + 1;
    counts.set(mutant.id, count);
    return [count === 1 ? mutant : { ...mutant, id: `${mutant.id} (${count})` }];
  });
}
