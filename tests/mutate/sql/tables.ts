import { distinct, type Kind, type Mutant, type Spot, shorten } from "../mutant.ts";
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
  if (type === "foreign key") return [mutant(table, name, "foreign-key-dropped", undefined, `${drop};`)];
  if (type !== "check") {
    const isPrimary = type === "primary key";
    return [
      written(
        mutant(table, name, "unique-dropped", undefined, `${drop}${isPrimary ? " cascade" : ""};`),
        table,
      ),
    ];
  }
  const before = `${drop}, add constraint ${name} `;
  const { whole, parts } = variantsOf(before, definition, "check");
  const dropped = mutant(table, name, "check-dropped", undefined, `${drop};`, whole?.spot);
  const weakened = parts.map(({ what, sql, spot }) => mutant(table, name, "check-weakened", what, sql, spot));
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
  return [mutant(table, name, "unique-dropped", undefined, drop), ...widened].map((one) =>
    written(one, table),
  );
}

export function mutateTrigger({ table, name, definition }: TableObject): Mutant[] {
  const drop = `drop trigger ${name} on ${table};`;
  const { whole, parts } = variantsOf(`${drop} `, definition, "when");
  const changed = [...(whole ? [whole] : []), ...parts].map(({ what, sql, spot }) =>
    mutant(table, name, "trigger-when", what, sql, spot),
  );
  const dropped = mutant(table, name, "trigger-dropped", undefined, drop, {
    ...{ kind: "trigger", before: "", definition },
  });
  return distinct([dropped, ...changed]);
}

type Variant = { what: string; sql: string; spot: Spot };

/** The definition with the condition in brackets after the word always holding, and with each part of it weakened. */
function variantsOf(before: string, definition: string, word: string): { whole?: Variant; parts: Variant[] } {
  const tokens = tokenize(definition);
  const at = tokens.findIndex((token, i) => isWord(token, word) && isSign(tokens[i + 1], "("));
  if (at === -1) return { parts: [] };
  const range: Range = { from: at + 2, to: closingOf(tokens, at + 1) };
  const variantOf = (change: Edit): Variant => {
    const [from, to] = [tokens[change.from]?.start ?? 0, tokens[change.to - 1]?.end ?? 0];
    return {
      what: `${change.text}: ${shorten(textOf(definition, tokens, change))}`,
      sql: `${before}${edit(definition, tokens, [{ ...change, text: ` ${change.text} ` }])};`,
      spot: { kind: "value", before, definition, from, to, value: change.text },
    };
  };
  return { whole: variantOf({ ...range, text: "true" }), parts: weaken(tokens, range).map(variantOf) };
}

/** Keys are asked by whoever writes the table. */
function written(mutant: Mutant, table: string): Mutant {
  const definition = `CREATE TRIGGER written AFTER INSERT OR UPDATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION f()`;
  return { ...mutant, spot: { kind: "trigger", before: "", definition } };
}

function mutant(
  table: string,
  name: string,
  kind: Kind,
  what: string | undefined,
  sql: string,
  spot?: Spot,
): Mutant {
  const object = `${table}.${name}`;
  return { id: [object, kind, what].filter(Boolean).join(" "), object, kind, sql, ...(spot && { spot }) };
}
