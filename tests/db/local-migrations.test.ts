import { expect, test } from "vitest";
import { applyMigrations, type Migration, readMigrations } from "../../local/database/migrations.ts";
import { seedOnce } from "../../local/database/seed.ts";
import { migrationsDir, seedFiles } from "../../local/paths.ts";
import { useTestDatabase } from "../support/database.ts";

const db = useTestDatabase();
const ours = readMigrations(migrationsDir);
const later = (sql: string): Migration => ({
  version: "99990101000000",
  name: "later",
  file: "later.sql",
  sql,
});

test("the template holds exactly the migrations of the repository, applied as postgres", async () => {
  const versions = await db.sql`select version from supabase_migrations.schema_migrations order by version`;
  expect(versions.map(({ version }) => version)).toEqual(ours.map(({ version }) => version));
  const owners = await db.sql`
    select distinct tableowner as owner from pg_tables where schemaname = 'public'`;
  expect(owners).toEqual([{ owner: "postgres" }]);
  expect(await applyMigrations(db.url, ours)).toEqual([]);
});

test("a migration that fails leaves nothing behind and names its file, line and error", async () => {
  const failing = later("create table public.half (id int);\n\nselect nonsense;");
  await expect(applyMigrations(db.url, [...ours, failing])).rejects.toThrow(
    'Migration later.sql failed at line 3: column "nonsense" does not exist (42703)',
  );
  const [row] = await db.sql`select to_regclass('public.half') as half`;
  expect(row?.half).toBeNull();
});

test("what a migration sets for its session does not reach the next", async () => {
  const setting = { ...later("set search_path = ''; set role anon;"), version: "99980101000000" };
  const next = later("create table after_settings (id int);");
  expect(await applyMigrations(db.url, [...ours, setting, next])).toHaveLength(2);
  const [row] = await db.sql`select to_regclass('public.after_settings')::text as name`;
  expect(row?.name).toBe("after_settings");
  await db.sql`delete from supabase_migrations.schema_migrations where version like '99%'`;
});

test("a file that changed after it ran, or went away, is refused", async () => {
  const [first, ...rest] = ours;
  if (!first) throw new Error("There are no migrations.");
  const changed = [{ ...first, sql: `${first.sql}-- more` }, ...rest];
  await expect(applyMigrations(db.url, changed)).rejects.toThrow(`${first.file} changed after it ran here`);
  await expect(applyMigrations(db.url, rest)).rejects.toThrow("its file is gone");
});

test("the seed runs once", async () => {
  expect(await seedOnce(db.url, seedFiles)).toBe(true);
  expect(await seedOnce(db.url, seedFiles)).toBe(false);
});
