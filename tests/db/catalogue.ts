import type postgres from "postgres";
import type { Sql } from "../support/database.ts";

/** What a reader says of a database in which these statements had run. Nothing of them stays. */
export async function readAfter(
  sql: Sql,
  statements: string,
  read: (sql: postgres.TransactionSql) => Promise<string>,
): Promise<string> {
  const undo = new Error("undo");
  let text = "";
  await sql
    .begin(async (transaction) => {
      await transaction.unsafe(statements).simple();
      text = await read(transaction);
      throw undo;
    })
    .catch((error) => {
      if (error !== undo) throw error;
    });
  return text;
}

/** Every function of a schema, with a call of it that passes null for everything, and one for what it must be told. */
export const callsOf = (sql: Sql, schema: string) => sql<{ name: string; call: string; shortest: string }[]>`
  select p.oid::regprocedure::text as name,
         format('select %s.%I(%s)', pronamespace::regnamespace, proname, a.all) as call,
         format('select %s.%I(%s)', pronamespace::regnamespace, proname, a.needed) as shortest
  from pg_proc p cross join lateral (
    select string_agg('null::' || a.type::regtype, ', ' order by a.position) as all,
           string_agg('null::' || a.type::regtype, ', ' order by a.position)
             filter (where a.position <= p.pronargs - p.pronargdefaults) as needed
    from unnest(p.proargtypes::oid[]) with ordinality as a (type, position)
  ) as a
  where pronamespace = ${schema}::regnamespace order by 1`;

/** Tables and views of a schema. */
export async function relationsOf(sql: Sql, schema: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
  return rows.map(({ name }) => name);
}
