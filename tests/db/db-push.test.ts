import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { readMigrations } from "../../local/database/migrations.ts";
import { runNodeProgram } from "../../local/node-program.ts";
import { migrationsDir } from "../../local/paths.ts";
import { readAccessMatrix } from "../../local/schema-snapshot-access.ts";
import { readSchemaSnapshot } from "../../local/schema-snapshot-text.ts";
import { createTestDatabase, type TestDatabase, useTestDatabase } from "../support/database.ts";

// docs/deploy.md: `npx supabase db push --db-url …`, by Supabase's own CLI, into a project that has nothing yet.

let pushed: TestDatabase;
const ours = useTestDatabase();

beforeAll(async () => {
  pushed = await createTestDatabase(inject("platformDatabase"));
});

afterAll(() => pushed.drop());

/** Every object with its definition, and who may do what with it. */
const schemaOf = ({ sql }: TestDatabase) =>
  sql.begin(async (tx) => `${await readSchemaSnapshot(tx)}\n${await readAccessMatrix(tx)}`);

test("the CLI applies and records every migration, and what it makes is what our own way of applying them makes", async () => {
  await runNodeProgram("supabase", ["db", "push", `--db-url=${pushed.url}`, "--yes"]);
  const versions = await pushed.sql`
    select version, name from supabase_migrations.schema_migrations order by version`;
  expect([...versions]).toEqual(
    readMigrations(migrationsDir).map(({ version, name }) => ({ version, name })),
  );
  expect(await schemaOf(pushed)).toBe(await schemaOf(ours));
});
