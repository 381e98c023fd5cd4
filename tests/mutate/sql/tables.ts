import { distinct, type Kind, type Mutant, shorten } from "../mutant.ts";
import { findClauses } from "./clauses.ts";
import { closingOf, conjunctsOf, weaken } from "./conditions.ts";
import { type Edit, edit, isSign, isWord, type Range, textOf } from "./ranges.ts";
import { tokenize } from "./tokens.ts";

/** A constraint, an index or a trigger, as the catalogue defines it. */
export type TableObject = {
  table: string;
  name: string;
  definition: string;
};

export type Constraint = TableObject & { type: "check" | "unique" | "primary key" | "foreign key" };

export function mutateConstraint({ table, name, definition, type }: Constraint): Mutant[] {
  const drop = `alter table ${table} drop constraint ${name}`;
  const kind: Kind =
    type === "check" ? "check-dropped" : type === "foreign key" ? "foreign-key-dropped" : "unique-dropped";
  const dropped = mutant(table, name, kind, undefined, `${drop}${type === "primary key" ? " cascade" : ""};`);
  if (type !== "check") return [dropped];
  const weakened = variantsOf(definition, isCheck).map(({ what, sql }) =>
    mutant(table, name, "check-weakened", what, `${drop}, add constraint ${name} ${sql};`),
  );
  return distinct([dropped, ...weakened]);
}

/** A unique index that no constraint has made. */
export function mutateUniqueIndex({ table, name, definition }: TableObject): Mutant[] {
  const schema = table.split(".", 1)[0];
  const drop = `drop index ${schema}.${name};`;
  const tokens = tokenize(definition);
  const widened = findClauses(tokens)
    .filter(({ kind }) => kind === "where")
    .flatMap(({ condition }) =>
      conjunctsOf(tokens, condition).map((part) => {
        const sql = edit(definition, tokens, [{ ...part, text: " true " }]);
        const what = `true: ${textOf(definition, tokens, part)}`;
        return mutant(table, name, "unique-widened", what, `${drop} ${sql};`);
      }),
    );
  return [mutant(table, name, "unique-dropped", undefined, drop), ...widened];
}

export function mutateTrigger({ table, name, definition }: TableObject): Mutant[] {
  const drop = `drop trigger ${name} on ${table};`;
  const changed = variantsOf(definition, isWhen).map(({ what, sql }) =>
    mutant(table, name, "trigger-when", what, `${drop} ${sql};`),
  );
  return distinct([mutant(table, name, "trigger-dropped", undefined, drop), ...changed]);
}

const isCheck = ["check"];
const isWhen = ["when"];

/** The definition with each part of the condition in brackets after the word weakened, and for WHEN all of it. */
function variantsOf(definition: string, words: string[]): { what: string; sql: string }[] {
  const tokens = tokenize(definition);
  const at = tokens.findIndex((token, i) => isWord(token, ...words) && isSign(tokens[i + 1], "("));
  if (at === -1) return [];
  const whole: Range = { from: at + 2, to: closingOf(tokens, at + 1) };
  const edits: Edit[] = weaken(tokens, whole);
  if (words === isWhen) edits.unshift({ ...whole, text: "true" });
  return edits.map((change) => ({
    what: `${change.text}: ${shorten(textOf(definition, tokens, change))}`,
    sql: edit(definition, tokens, [{ ...change, text: ` ${change.text} ` }]),
  }));
}

function mutant(table: string, name: string, kind: Kind, what: string | undefined, sql: string): Mutant {
  const object = `${table}.${name}`;
  return { id: [object, kind, what].filter(Boolean).join(" "), object, kind, sql };
}
