import { expect, test } from "vitest";
import { distinct } from "../mutate/mutant.ts";
import { mutateFunction } from "../mutate/sql/functions.ts";
import { mutateConstraint, mutateTrigger, mutateUniqueIndex } from "../mutate/sql/tables.ts";

const functionOf = (name: string, body: string) => ({
  name,
  body,
  definition: `CREATE OR REPLACE FUNCTION ${name}(p integer)\n RETURNS void\nAS $function$${body}$function$\n`,
});
const lock = functionOf("private.lock_rows", " begin perform 1 from a where id = p for no key update; end; ");

function changesOf(body: string) {
  const source = functionOf("public.f", body);
  return mutateFunction(source, [source, lock]).map(({ id, sql }) => [
    id.replace("public.f ", ""),
    sql.replace(/[\s\S]*\$function\$([\s\S]*)\$function\$\n;/, "$1").trim(),
  ]);
}

test("guards hold always, and never", () => {
  expect(changesOf("if a then b; end if;")).toEqual([
    ['guard true: "a"', "if  true  then b; end if;"],
    ['guard false: "a"', "if  false  then b; end if;"],
  ]);
});

test("a WHERE loses each of its parts, and what is true already makes no mutant", () => {
  expect(changesOf("delete from a where b and true;")).toEqual([
    ['where true: "b"', "delete from a where  true  and true;"],
  ]);
});

test("a lock, its patience and its order go one at a time", () => {
  expect(changesOf("perform 1 from a order by b for update skip locked;")).toEqual([
    ["lock-removed for update skip locked", "perform 1 from a order by b ;"],
    ["skip-locked-removed skip locked", "perform 1 from a order by b for update ;"],
    ["lock-order-reversed b", "perform 1 from a order by b  desc for update skip locked;"],
  ]);
});

test("a call that locks calls a twin that does all the same without", () => {
  const source = functionOf("public.f", "perform private.lock_rows(1);");
  const [mutant, ...more] = mutateFunction(source, [source, lock]);
  expect(more).toEqual([]);
  expect(mutant?.id).toBe("public.f lock-call-neutralised lock_rows");
  expect(mutant?.sql).toContain(
    "create schema mutant;\nCREATE OR REPLACE FUNCTION mutant.lock_rows(p integer)",
  );
  expect(mutant?.sql).toContain("where id = p ; end;");
  expect(mutant?.sql).toContain("$function$perform mutant.lock_rows(1);$function$");
});

test("clocks stand still, limits go, bounds turn", () => {
  expect(changesOf("v := clock_timestamp(); select least(a, greatest(b, c)) limit 1;")).toEqual([
    ["clock v := clock_timestamp()", "v := statement_timestamp(); select least(a, greatest(b, c)) limit 1;"],
    ["bound least(a, greatest(b, c))", "v := clock_timestamp(); select greatest(a, greatest(b, c)) limit 1;"],
    ["bound greatest(b, c)", "v := clock_timestamp(); select least(a, least(b, c)) limit 1;"],
    ["limit limit 1", "v := clock_timestamp(); select least(a, greatest(b, c)) ;"],
  ]);
});

test("mutants of the same name are numbered, the same mutant is there once", () => {
  const one = { id: "a", object: "a", kind: "where", sql: "1" } as const;
  expect(distinct([one, { ...one, sql: "2" }, one]).map(({ id }) => id)).toEqual(["a", "a (2)"]);
});

test("a CHECK is dropped, and loses each of its parts", () => {
  const definition = "CHECK (((a >= 0) AND (a <= b)))";
  const check = { table: "public.t", name: "c", definition, type: "check" } as const;
  expect(mutateConstraint(check).map(({ sql }) => sql.replaceAll(/\s+/g, " "))).toEqual([
    "alter table public.t drop constraint c;",
    "alter table public.t drop constraint c, add constraint c CHECK (( true AND (a <= b)));",
    "alter table public.t drop constraint c, add constraint c CHECK (((a >= 0) AND true ));",
  ]);
  const key = { ...check, definition: "PRIMARY KEY (id)", type: "primary key" } as const;
  expect(mutateConstraint(key).map(({ sql }) => sql)).toEqual([
    "alter table public.t drop constraint c cascade;",
  ]);
});

test("a partial unique index is dropped, and covers all rows", () => {
  const definition = "CREATE UNIQUE INDEX i ON public.t USING btree (a) WHERE (b = 'c'::text)";
  expect(
    mutateUniqueIndex({ table: "public.t", name: "i", definition }).map(({ id, sql }) => [id, sql]),
  ).toEqual([
    ["public.t.i unique-dropped", "drop index public.i;"],
    [
      "public.t.i unique-widened true: (b = 'c'::text)",
      "drop index public.i; CREATE UNIQUE INDEX i ON public.t USING btree (a) WHERE  true ;",
    ],
  ]);
});

test("a trigger is dropped, fires always, and loses each part of its WHEN", () => {
  const definition =
    "CREATE TRIGGER g BEFORE UPDATE ON public.t FOR EACH ROW WHEN (((a OR b) AND c)) EXECUTE FUNCTION f()";
  expect(mutateTrigger({ table: "public.t", name: "g", definition }).map(({ id }) => id)).toEqual([
    "public.t.g trigger-dropped",
    "public.t.g trigger-when true: ((a OR b) AND c)",
    "public.t.g trigger-when true: (a OR b)",
    "public.t.g trigger-when true: c",
    "public.t.g trigger-when false: a",
    "public.t.g trigger-when false: b",
  ]);
});
