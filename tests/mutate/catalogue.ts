import type { Sql } from "../support/database.ts";
import type { Mutant } from "./mutant.ts";
import { type FunctionSource, mutateFunction } from "./sql/functions.ts";
import {
  type Constraint,
  mutateConstraint,
  mutateTrigger,
  mutateUniqueIndex,
  type TableObject,
} from "./sql/tables.ts";

/** Functions that only report, to those who operate the shop. */
const reports = ["public.reservation_stats", "public.stock_health"];

/** All mutants of a migrated database, tables first. */
export async function deriveMutants(sql: Sql): Promise<Mutant[]> {
  const functions = await readFunctions(sql);
  return [
    ...(await readConstraints(sql)).flatMap(mutateConstraint),
    ...(await readUniqueIndexes(sql)).flatMap(mutateUniqueIndex),
    ...(await readTriggers(sql)).flatMap(mutateTrigger),
    ...functions
      .filter(({ name }) => !reports.includes(name))
      .flatMap((one) => mutateFunction(one, functions)),
  ];
}

const readFunctions = (sql: Sql) => sql<FunctionSource[]>`
  select p.pronamespace::regnamespace || '.' || p.proname as name, pg_get_functiondef(p.oid) as definition,
         p.prosrc as body
  from pg_proc as p
  where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prokind in ('f', 'p')
    and not exists (select 1 from pg_depend as d where d.objid = p.oid and d.deptype = 'e')
  order by 1, p.oid`;

/** A primary key that only the database counts up cannot double, whether it is there or not. */
const readConstraints = (sql: Sql) => sql<Constraint[]>`
  select t.relnamespace::regnamespace || '.' || t.relname as table, c.conname as name,
         pg_get_constraintdef(c.oid) as definition,
         case c.contype when 'c' then 'check' when 'u' then 'unique' when 'p' then 'primary key'
                        when 'f' then 'foreign key' end as type
  from pg_constraint as c join pg_class as t on t.oid = c.conrelid
  where c.connamespace in ('public'::regnamespace, 'private'::regnamespace) and c.contype in ('c', 'u', 'p', 'f')
    and not (c.contype = 'p' and exists (
      select 1 from pg_attribute as a
      where a.attrelid = c.conrelid and a.attnum = any (c.conkey) and a.attidentity = 'a'))
  order by 1, 2`;

const readUniqueIndexes = (sql: Sql) => sql<TableObject[]>`
  select t.relnamespace::regnamespace || '.' || t.relname as table, n.relname as name,
         pg_get_indexdef(i.indexrelid) as definition
  from pg_index as i join pg_class as t on t.oid = i.indrelid join pg_class as n on n.oid = i.indexrelid
  where i.indisunique and t.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and not exists (select 1 from pg_constraint as c where c.conindid = i.indexrelid)
  order by 1, 2`;

const readTriggers = (sql: Sql) => sql<TableObject[]>`
  select t.relnamespace::regnamespace || '.' || t.relname as table, g.tgname as name,
         pg_get_triggerdef(g.oid) as definition
  from pg_trigger as g join pg_class as t on t.oid = g.tgrelid
  where not g.tgisinternal and t.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
  order by 1, 2`;
