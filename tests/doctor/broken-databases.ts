type Broken = [what: string, breaking: string, name: string, level: string, says: RegExp, clockOff?: number];

const HOUR = 3_600_000;

/**
 * Databases that are broken, each by one statement, and the check that has to say so. `clockOff`: milliseconds by which
 * the clock of whoever looks is wrong.
 */
export const brokenDatabases: Broken[] = [
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
  ["a clock that is behind", "select", "database-clock", "problem", /3600 s off/, -HOUR],
  ["a clock that is ahead", "select", "database-clock", "problem", /3600 s off/, HOUR],
];
