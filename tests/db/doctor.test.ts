import { afterEach, beforeEach, expect, test } from "vitest";
import { readMigrations } from "../../local/database/migrations.ts";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine } from "../../local/doctor/examine.ts";
import { migrationsDir } from "../../local/paths.ts";
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

test.each<[string, string, string, string, RegExp]>([
  [
    "a migration that was not applied",
    "delete from supabase_migrations.schema_migrations where version = (select max(version) from supabase_migrations.schema_migrations)",
    "migrations",
    "problem",
    /not applied: \d+_\w+\.sql/,
  ],
  [
    "one that nobody here knows",
    "insert into supabase_migrations.schema_migrations (version, name, statements) values ('29990101000000', 'later', '{}')",
    "migrations",
    "warning",
    /29990101000000/,
  ],
  ["no migrations at all", "drop schema supabase_migrations cascade", "migrations", "problem", /ever/],
  ["no settings", "delete from store_settings where true", "settings-row-in-database", "problem", /empty/],
  [
    "a table without row-level security",
    "alter table shoppers disable row level security",
    "row-security",
    "problem",
    /shoppers/,
  ],
  [
    "a table that browsers may read",
    "grant select on shoppers to anon",
    "table-grants",
    "problem",
    /shoppers \(anon select\)/,
  ],
  [
    "a table that users may write",
    "grant update on reservations to authenticated",
    "table-grants",
    "problem",
    /reservations \(authenticated update\)/,
  ],
  [
    "a table that the secret key may write",
    "grant delete on audit_log to service_role",
    "table-grants",
    "problem",
    /audit_log/,
  ],
  [
    "a function that browsers may call",
    "grant execute on function get_cart(uuid) to anon",
    "function-grants",
    "problem",
    /get_cart/,
  ],
  [
    "a function that everybody may call",
    "grant execute on function expire_reservations(integer) to public",
    "function-grants",
    "problem",
    /expire_reservations/,
  ],
  [
    "a trigger that is off",
    "alter table reservations disable trigger user",
    "triggers",
    "problem",
    /reservations\./,
  ],
  [
    "no admin",
    "update auth.users set raw_app_meta_data = '{}' where true",
    "first-admin",
    "warning",
    /nobody/,
  ],
  [
    "an admin by what users write themselves",
    `update auth.users set raw_app_meta_data = '{}', raw_user_meta_data = '{"role": "admin"}' where true`,
    "first-admin",
    "warning",
    /nobody/,
  ],
  [
    "demo accounts",
    "insert into auth.users (id, email) values (gen_random_uuid(), 'ada@holdfast.test')",
    "demo-users",
    "problem",
    /ada@holdfast\.test/,
  ],
  ["no pg_cron", "drop schema cron cascade", "pg-cron", "warning", /not enabled/],
  [
    "a job that is off",
    "update cron.job set active = false where true",
    "pg-cron",
    "warning",
    /nothing is scheduled/,
  ],
  ["no sweep ever", "delete from sweep_runs where true", "last-sweep", "warning", /nothing ever swept/],
  [
    "no sweep for days",
    "update sweep_runs set started_at = started_at - interval '3 days', finished_at = finished_at where true",
    "last-sweep",
    "warning",
    /72 hours/,
  ],
])("%s is found by name", async (_, breaking, name, level, says) => {
  await db.sql.unsafe(breaking);
  expect(await found()).toEqual([[name, level, expect.stringMatching(says)]]);
});

test("a clock that is wrong is found by name", async () => {
  for (const off of [-3_600_000, 3_600_000]) {
    expect(await found(true, () => Date.now() + off)).toEqual([
      ["database-clock", "problem", expect.stringContaining("3600 s off")],
    ]);
  }
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
