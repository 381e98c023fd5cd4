import { afterEach, beforeEach, expect, test } from "vitest";
import { readMigrations } from "../../local/database/migrations.ts";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine } from "../../local/doctor/examine.ts";
import { migrationsDir } from "../../local/paths.ts";
import { brokenDatabases } from "../doctor/broken-databases.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { sweep } from "../support/shop.ts";

// The database of a shop that is open, broken in one way after another.

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
  await db.sql`insert into auth.users (id, email, raw_app_meta_data)
    values (gen_random_uuid(), 'boss@shop.example', '{"role": "admin"}')`;
  await db.sql.unsafe(`create schema cron; create table cron.job (jobname text, active boolean);
    insert into cron.job values ('holdfast-sweep', true)`);
  await sweep(db.sql);
});

afterEach(() => db.drop());

const migrations = readMigrations(migrationsDir);

async function found(isProduction = true, now = Date.now): Promise<[string, string, string][]> {
  const report = await examine(
    checks.filter(({ needs }) => needs === "database"),
    { settings: {}, isProduction, localSecrets: [], migrations, now, sql: db.sql },
  );
  return report.flatMap(({ name, findings }) =>
    findings
      .filter(({ level }) => level !== "ok")
      .map(({ level, says }) => [name, level, says] as [string, string, string]),
  );
}

test("a sound database has no findings", async () => {
  expect(await found()).toEqual([]);
});

test.each(brokenDatabases)("%s is found by name", async (_, breaking, name, level, says, clockOff = 0) => {
  await db.sql.unsafe(breaking);
  expect(await found(true, () => Date.now() + clockOff)).toEqual([
    [name, level, expect.stringMatching(says)],
  ]);
});

test("on this machine demo accounts, no schedule and no sweep are as meant", async () => {
  await db.sql.unsafe(`drop schema cron cascade; delete from sweep_runs where true;
    insert into auth.users (id, email) values (gen_random_uuid(), 'ada@holdfast.test')`);
  expect(await found(false)).toEqual([]);
});

test("an empty database is said to be one, and the doctor does not give up", async () => {
  await db.sql.unsafe(
    "drop schema public cascade; create schema public; drop schema supabase_migrations cascade",
  );
  const names = (await found()).map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(["migrations", "settings-row-in-database", "last-sweep"]));
});
