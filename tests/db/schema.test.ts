import { expect, test } from "vitest";
import { readMigrations } from "../../local/database/migrations.ts";
import { migrationsDir } from "../../local/paths.ts";
import { useTestDatabase } from "../support/database.ts";
import { readAfter } from "./catalogue.ts";
import { rules } from "./schema-rules.ts";

const db = useTestDatabase();

const offenders = (query: string, after = "select 1") =>
  readAfter(db.sql, after, async (sql) => {
    const rows = await sql.unsafe<{ name: string }[]>(query);
    return rows.map(({ name }) => name).join("\n");
  });

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", async (_, rule) => {
  const { offenders: query, breaking, offender } = rule;
  expect(await offenders(query)).toBe("");
  expect((await offenders(query, breaking)).split("\n"), "it would be noticed").toContain(offender);
});

/** Everything that has no comment; of the columns, those that count or say when. */
const silent = `
  with ours as (select unnest(array['public', 'private'])::regnamespace::oid as oid)
  select 'schema ' || oid::regnamespace as name from ours where obj_description(oid, 'pg_namespace') is null
  union all
  select 'relation ' || c.relname from pg_class c
  where c.relnamespace in (table ours) and c.relkind in ('r', 'p', 'v', 'm') and obj_description(c.oid, 'pg_class') is null
  union all
  select 'function ' || p.proname from pg_proc p
  where p.pronamespace in (table ours) and obj_description(p.oid, 'pg_proc') is null
  union all
  select 'type ' || t.typname from pg_type t left join pg_class c on c.oid = t.typrelid
  where t.typnamespace in (table ours) and (t.typtype in ('e', 'd', 'r') or c.relkind = 'c')
    and obj_description(t.oid, 'pg_type') is null
  union all
  select 'column ' || c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
  where c.relnamespace in (table ours) and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    and a.attidentity = '' and a.attname not in ('at', 'created_at') and col_description(c.oid, a.attnum) is null
    and a.atttypid in ('int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype, 'timestamptz'::regtype,
                       'interval'::regtype, 'jsonb'::regtype)
  order by 1`;

test("everything says what it is, and every column that counts or says when, in what unit", async () => {
  expect(await offenders(silent)).toBe("");
});

test.each([
  ["comment on schema private is null", "schema private"],
  ["comment on table public.shoppers is null", "relation shoppers"],
  ["comment on view public.expired_reservations is null", "relation expired_reservations"],
  ["comment on function private.reserve(jsonb, timestamptz) is null", "function reserve"],
  ["comment on type private.reserve_batch is null", "type reserve_batch"],
  ["comment on type public.shopper_tier is null", "type shopper_tier"],
  ["comment on column public.variants.price_cents is null", "column variants.price_cents"],
  ["alter table public.shoppers add column points integer", "column shoppers.points"],
])("would be missed: %s", async (statement, name) => {
  expect(await offenders(silent, statement)).toBe(name);
});

type PublicFunction = { name: string; comment: string; writes: boolean; raises: boolean };

/** What the comment of a public function must answer, for whoever calls it without reading it. */
const questions: { about: string; asks?: (f: PublicFunction) => boolean; answer: RegExp }[] = [
  { about: "what it answers", answer: /Answers|\{/ },
  { about: "which locks it takes", asks: ({ writes }) => writes, answer: /Locks [a-z]|Takes levels FOR/ },
  { about: "that it takes no lock", asks: ({ writes }) => !writes, answer: /[Ll]ocks nothing/ },
  {
    about: "whether to repeat it",
    asks: ({ writes }) => writes,
    answer: /Idempotent|Not idempotent|Safe to repeat/,
  },
  { about: "that it refuses mistakes", asks: ({ raises }) => raises, answer: /HF001/ },
];

const unanswered = (after = "select 1") =>
  readAfter(db.sql, after, async (sql) => {
    const functions = await sql<PublicFunction[]>`
      select proname as name, obj_description(oid, 'pg_proc') as comment, provolatile = 'v' as writes,
             prosrc ~ 'raise_invalid_request|private\\.reserve\\M|lock_acting_shopper' as raises
      from pg_proc where pronamespace = 'public'::regnamespace order by 1`;
    const open = functions.flatMap((f) =>
      questions
        .filter(({ asks, answer }) => (asks?.(f) ?? true) && !answer.test(f.comment))
        .map(({ about }) => `${f.name}: ${about}`),
    );
    return open.join("\n");
  });

test("the comment of a public function says answers, locks, repetition and refusals", async () => {
  expect(await unanswered()).toBe("");
  const silenced = `comment on function public.get_cart(uuid) is 'A cart.';
    comment on function public.extend_reservations(uuid, uuid[], text, text, text) is 'More time.'`;
  expect((await unanswered(silenced)).split("\n")).toEqual([
    "extend_reservations: what it answers",
    "extend_reservations: which locks it takes",
    "extend_reservations: whether to repeat it",
    "extend_reservations: that it refuses mistakes",
    "get_cart: what it answers",
    "get_cart: that it takes no lock",
  ]);
});

test("every function that runs as its owner says in its source why", async () => {
  const source = readMigrations(migrationsDir)
    .map(({ sql }) => sql)
    .join("\n");
  const definers = await db.sql<{ name: string }[]>`
    select pronamespace::regnamespace || '.' || proname as name from pg_proc
    where prosecdef and pronamespace in ('public'::regnamespace, 'private'::regnamespace)`;
  expect(definers.length).toBeGreaterThan(10);
  const silentOnes = definers.filter(({ name }) => {
    // As it was written last, from its name to its body.
    const written = source.split(new RegExp(`create (?:or replace )?function ${name}\\(`)).at(-1);
    return !/^security definer -- \S.{20,}$/m.test(written?.split("$$", 1)[0] ?? "");
  });
  expect(silentOnes).toEqual([]);
});
