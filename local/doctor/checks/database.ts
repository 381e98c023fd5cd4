import { type Check, type Finding, fine, graver, type Patient, problem, warning } from "../check.ts";

const list = (names: string[]) =>
  names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");

async function namesFrom({ sql }: Patient, query: string): Promise<string[]> {
  const rows = (await sql?.unsafe<{ name: string }[]>(query)) ?? [];
  return rows.map(({ name }) => name);
}

/** The one number of a query, `null` where there is none. */
async function numberFrom(patient: Patient, query: string): Promise<number | null> {
  const [name] = await namesFrom(patient, query);
  return name === undefined || name === null ? null : Number(name);
}

/** A check that is one query for what should not be. */
function offenders(name: string, query: string, good: string, bad: (names: string) => Finding): Check {
  return {
    name,
    needs: "database",
    async examine(patient) {
      const found = await namesFrom(patient, query);
      return [found.length === 0 ? fine(good) : bad(list(found))];
    },
  };
}

export const migrations: Check = {
  name: "migrations",
  needs: "database",
  async examine(patient) {
    const [there] = await namesFrom(
      patient,
      "select to_regclass('supabase_migrations.schema_migrations')::text as name",
    );
    if (!there) return [problem("no migration was ever applied", "npx supabase db push")];
    const applied = await namesFrom(
      patient,
      "select version as name from supabase_migrations.schema_migrations",
    );
    const missing = patient.migrations
      .filter(({ version }) => !applied.includes(version))
      .map(({ file }) => file);
    const known = patient.migrations.map(({ version }) => version);
    const unknown = applied.filter((version) => !known.includes(version));
    return [
      missing.length === 0
        ? fine(`all ${known.length} are applied`)
        : problem(`not applied: ${list(missing)}`, "npx supabase db push"),
      ...(unknown.length > 0
        ? [
            warning(
              `applied and unknown here: ${list(unknown)}`,
              "Is this clone older than the database? git pull.",
            ),
          ]
        : []),
    ];
  },
};

export const settingsInDatabase: Check = {
  name: "settings-row-in-database",
  needs: "database",
  async examine(patient) {
    return [
      (await numberFrom(patient, "select count(*) as name from public.store_settings")) === 1
        ? fine("the settings of the store are there")
        : problem(
            "store_settings is empty: nothing can be held",
            "insert into store_settings default values;",
          ),
    ];
  },
};

export const rowSecurity = offenders(
  "row-security",
  `select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
     and not c.relrowsecurity order by 1`,
  "every table has row-level security",
  (names) => problem(`no row-level security on ${names}`, "alter table … enable row level security;"),
);

export const tableGrants = offenders(
  "table-grants",
  `select distinct g.table_name || ' (' || g.grantee || ' ' || lower(g.privilege_type) || ')' as name
   from information_schema.role_table_grants g
   where g.table_schema = 'public' and (
     g.grantee in ('anon', 'authenticated', 'service_role', 'PUBLIC') and g.privilege_type <> 'SELECT'
     or g.grantee in ('anon', 'PUBLIC') and g.table_name not in ('products', 'variants')
     or g.grantee = 'authenticated' and g.table_name not in ('products', 'variants', 'reservations', 'orders', 'order_lines'))
   order by 1`,
  "no role of the API may write a table, and browsers read no more than they should",
  (names) =>
    problem(`too much is granted: ${names}`, "revoke it; tests/db/access-matrix.txt says what belongs."),
);

export const functionGrants = offenders(
  "function-grants",
  `select p.oid::regprocedure::text as name from pg_proc p
   where p.pronamespace in (select oid from pg_namespace where nspname in ('public', 'private'))
     and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     and (has_function_privilege('anon', p.oid, 'execute') or has_function_privilege('authenticated', p.oid, 'execute'))
   order by 1`,
  "browsers may call no function",
  (names) =>
    problem(`browsers may call ${names}`, "revoke execute on function … from public, anon, authenticated;"),
);

export const triggers = offenders(
  "triggers",
  `select c.relname || '.' || t.tgname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
   where not t.tgisinternal and c.relnamespace = 'public'::regnamespace and t.tgenabled in ('D', 'R') order by 1`,
  "every trigger is on",
  (names) =>
    problem(
      `switched off: ${names}`,
      "alter table … enable trigger …; then look at the consistency check: what was written meanwhile was not counted.",
    ),
);

export const firstAdmin: Check = {
  name: "first-admin",
  needs: "database",
  async examine(patient) {
    const admins = await namesFrom(
      patient,
      "select id::text as name from auth.users where raw_app_meta_data ->> 'role' = 'admin'",
    );
    return [
      admins.length > 0
        ? fine(`${admins.length} admin${admins.length > 1 ? "s" : ""}`)
        : warning("nobody is an admin", "Sign up in the store, then set the role as docs/deploy.md says."),
    ];
  },
};

export const demoUsers: Check = {
  name: "demo-users",
  needs: "database",
  async examine(patient) {
    const users = await namesFrom(
      patient,
      "select email as name from auth.users where email like '%@holdfast.test' order by 1",
    );
    if (users.length === 0) return [fine("no demo accounts")];
    if (!patient.isProduction) return [fine("the demo accounts exist, as they should on this machine")];
    return [
      problem(
        `demo accounts with known passwords: ${list(users)}`,
        "Delete them: Supabase, Authentication, Users.",
      ),
    ];
  },
};

export const pgCron: Check = {
  name: "pg-cron",
  needs: "database",
  async examine(patient) {
    const [there] = await namesFrom(patient, "select to_regclass('cron.job')::text as name");
    if (!there)
      return [
        patient.isProduction
          ? warning(
              "pg_cron is not enabled: only the host's scheduler sweeps",
              "With vercel.hobby.json enable it: Supabase, Integrations, Cron; then select private.schedule_sweep();",
            )
          : fine("not here; npm run dev calls the cron routes itself"),
      ];
    const jobs = await namesFrom(
      patient,
      "select jobname as name from cron.job where jobname = 'holdfast-sweep' and active",
    );
    return [
      jobs.length > 0
        ? fine("sweeps every minute")
        : warning("pg_cron is enabled, and nothing is scheduled", "select private.schedule_sweep();"),
    ];
  },
};

/** Twice the day after which also a plan with one run a day must have come by. */
const SILENT_HOURS = 48;

export const lastSweep: Check = {
  name: "last-sweep",
  needs: "database",
  async examine(patient) {
    const { isProduction } = patient;
    const hours = await numberFrom(
      patient,
      "select extract(epoch from now() - max(started_at)) / 3600 as name from public.sweep_runs",
    );
    if (hours !== null && hours < SILENT_HOURS) return [fine("the sweep came by")];
    const says = hours === null ? "nothing ever swept" : `nothing swept for ${Math.round(hours)} hours`;
    return isProduction
      ? [warning(says, "Does the scheduler call GET /api/cron/cleanup-reservations, with this CRON_SECRET?")]
      : [fine(`${says}, which nobody waits for`)];
  },
};

export const databaseClock: Check = {
  name: "database-clock",
  needs: "database",
  async examine(patient) {
    const { isProduction, now } = patient;
    const before = now();
    const there =
      (await numberFrom(patient, "select extract(epoch from clock_timestamp()) * 1000 as name")) ?? 0;
    const skew = Math.max(0, before - there, there - now()) / 1_000;
    if (skew <= 60) return [fine("this machine's clock and the database's agree")];
    return [
      graver(
        isProduction,
        `this machine's clock is ${Math.round(skew)} s off the database's`,
        "Set it by NTP.",
      ),
    ];
  },
};
