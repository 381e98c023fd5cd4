import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { Problem } from "../problem.ts";

export type Migration = { version: string; name: string; file: string; sql: string };

/** The migrations of a folder, in the order in which the Supabase CLI would apply them. */
export function readMigrations(folder: string): Migration[] {
  const migrations = listFiles(folder).flatMap((file) => {
    const match = /^(\d+)_(.*)\.sql$/.exec(file);
    if (!match?.[1] || !match[2]) return [];
    return [{ version: match[1], name: match[2], file, sql: readFileSync(join(folder, file), "utf8") }];
  });
  const twice = migrations.find((migration, at) => migrations[at + 1]?.version === migration.version);
  if (twice)
    throw new Problem(`Two migrations have the version ${twice.version}: give one of them a later time.`);
  return migrations;
}

/**
 * Applies what is missing, each file in a transaction of its own together with its record, as role `postgres`.
 * A file that was changed after it ran here is refused: the database would no longer be what the files say.
 */
export async function applyMigrations(url: string, migrations: Migration[]): Promise<Migration[]> {
  const sql = postgres(url, { max: 1, prepare: false, onnotice: () => {} });
  try {
    const recorded = await readRecorded(sql);
    refuseRewrittenHistory(recorded, migrations);
    const pending = migrations.filter(({ version }) => !recorded.has(version));
    for (const migration of pending) await applyOne(sql, migration);
    return pending;
  } finally {
    await sql.end();
  }
}

async function readRecorded(sql: postgres.Sql): Promise<Map<string, string>> {
  const rows = await sql<{ version: string; statements: string[] }[]>`
    select version, statements from supabase_migrations.schema_migrations`;
  return new Map(rows.map(({ version, statements }) => [version, statements.join("\n")]));
}

function refuseRewrittenHistory(recorded: Map<string, string>, migrations: Migration[]): void {
  const again = 'run "npm run dev -- --reset" to start over with the files as they are.';
  for (const [version, statements] of recorded) {
    const migration = migrations.find((candidate) => candidate.version === version);
    if (!migration) throw new Problem(`Migration ${version} ran here, but its file is gone: ${again}`);
    if (migration.sql !== statements)
      throw new Problem(`${migration.file} changed after it ran here: ${again}`);
  }
}

async function applyOne(sql: postgres.Sql, { version, name, file, sql: text }: Migration): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(text).simple();
      await transaction`reset role`;
      await transaction`insert into supabase_migrations.schema_migrations (version, name, statements)
        values (${version}, ${name}, ${[text]})`;
    });
    // What a file sets (search_path, role, timeouts) ends with it.
    await sql`discard all`;
  } catch (error) {
    throw new Problem(`Migration ${file} failed${explain(error, text)}`);
  }
}

/** ` at line 12: relation "x" does not exist (42P01)` with Postgres' own detail and hint. */
export function explain(error: unknown, text: string): string {
  if (!(error instanceof postgres.PostgresError)) return `: ${String(error)}`;
  const position = Number(error.position);
  const line =
    position > 0
      ? ` at line ${
          [...text]
            .slice(0, position - 1)
            .join("")
            .split("\n").length
        }`
      : "";
  const more = [error.detail, error.hint].filter(Boolean).join(" ");
  return `${line}: ${error.message} (${error.code})${more ? `. ${more}` : ""}`;
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
