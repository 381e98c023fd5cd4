import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { Problem } from "./problem.ts";

const query = (name: string) => readFileSync(join(import.meta.dirname, "database", name), "utf8");

const head = `-- The schemas public and private as all migrations leave them, one object after the other.
-- Written by "npm run schema" so that a change is seen in a diff. Never edited, never applied: migrations are.

set check_function_bodies = off;`;

/** The schema of a database as SQL text: the same text for the same schema, whatever made it and when. */
export async function readSchemaSnapshot(sql: postgres.TransactionSql): Promise<string> {
  await sql`set local search_path = ''`;
  const unknown = await sql.unsafe<{ object: string }[]>(query("schema-unknown.sql"));
  if (unknown.length > 0) {
    const objects = unknown.map(({ object }) => object).join(", ");
    throw new Problem(`local/database/schema-snapshot.sql has no words for ${objects}: add them there.`);
  }
  const objects = await sql.unsafe<{ section: string; text: string }[]>(query("schema-snapshot.sql"));
  const sections = Map.groupBy(objects, ({ section }) => section);
  const parts = [...sections].map(([section, rows]) =>
    [`-- ${section}`, ...rows.map(({ text }) => text)].join("\n\n"),
  );
  return `${[head, ...parts].join("\n\n")}\n`;
}

/** What one of our readers says of a database. */
export async function readCatalogue(
  url: string,
  read: (sql: postgres.TransactionSql) => Promise<string>,
): Promise<string> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await sql.begin("read only", read);
  } finally {
    await sql.end();
  }
}
