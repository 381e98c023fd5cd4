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

/** Every function of a schema, and a call of it that passes null for everything. */
export const callsOf = (sql: Sql, schema: string) => sql<{ name: string; call: string }[]>`
  select p.oid::regprocedure::text as name,
         format('select %s.%I(%s)', pronamespace::regnamespace, proname,
           (select string_agg('null::' || a.type::regtype, ', ' order by a.position)
            from unnest(proargtypes::oid[]) with ordinality as a (type, position))) as call
  from pg_proc p where pronamespace = ${schema}::regnamespace order by 1`;

/** Tables and views of a schema. */
export async function relationsOf(sql: Sql, schema: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = ${schema}::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f') order by 1`;
  return rows.map(({ name }) => name);
}
