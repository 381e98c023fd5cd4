import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, inject } from "vitest";

export type Sql = postgres.Sql;
export type ApiRole = "anon" | "authenticated" | "service_role";

export type TestDatabase = {
  /** Connection string as `postgres`, who owns the schema and is bound by no row-level security. */
  url: string;
  /** The same database as superuser, for what even the owner may not do. */
  adminUrl: string;
  /** A pool of 10 as `postgres`. */
  sql: Sql;
  /** One independent session as `postgres`: two of them make a race. */
  connect(): Sql;
  /** Many independent sessions as `postgres`. */
  connect(count: number): Sql[];
  /**
   * One session as the Data API would use the database: in the role, with the claims of the user
   * (`auth.uid()` answers `userId`).
   */
  connectAs(role: ApiRole, userId?: string): Sql;
  /** Sessions that are in a transaction or a statement now, other than the asking one. */
  busySessions(): Promise<Session[]>;
  /** Ends every session that this object opened, then drops the database. Throws when others were left open. */
  drop(): Promise<void>;
};

export type Session = { pid: number; state: string; query: string };

const quiet = { onnotice: () => {} };

/**
 * A database of one's own: a copy of the migrated, empty template (about 0.1 s), or of another one.
 * Works inside the suite `db`. Prefer `useTestDatabase()`, which cleans up by itself.
 */
export async function createTestDatabase(template = inject("templateDatabase")): Promise<TestDatabase> {
  const admin = inject("adminUrl");
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(admin, (sql) => sql.unsafe(`create database ${name} template ${template} owner postgres`));
  const adminUrl = withPath(admin, name);
  const url = withUser(adminUrl, "postgres");
  const opened: Sql[] = [];
  const open = (options: postgres.Options<Record<string, never>>) => {
    const sql = postgres(url, { ...quiet, ...options });
    opened.push(sql);
    return sql;
  };

  function connect(): Sql;
  function connect(count: number): Sql[];
  function connect(count?: number): Sql | Sql[] {
    const one = () => open({ max: 1, connection: { application_name: "test session" } });
    return count === undefined ? one() : Array.from({ length: count }, one);
  }

  return {
    url,
    adminUrl,
    sql: open({ max: 10, connection: { application_name: "test pool" } }),
    connect,
    connectAs: (role, userId) => open({ max: 1, connection: asRequest(role, userId) }),
    busySessions: () => listSessions(admin, name, true),
    drop: async () => {
      await Promise.all(opened.map((sql) => sql.end({ timeout: 5 })));
      const left = await listSessions(admin, name, false);
      await asAdmin(admin, (sql) => sql.unsafe(`drop database ${name} with (force)`));
      if (left.length > 0) throw new Error(`Sessions were left open:\n${describe(left)}`);
    },
  };
}

/**
 * One database for the tests of this file, dropped at its end. The file fails when a test left a transaction
 * or a statement open, or a session that it opened by itself.
 *
 * ```ts
 * const db = useTestDatabase();
 * test("…", async () => { await db.sql`select 1`; });
 * ```
 */
export function useTestDatabase(): TestDatabase {
  let current: TestDatabase | undefined;
  beforeAll(async () => {
    current = await createTestDatabase();
  }, 60_000);
  afterAll(async () => {
    const busy = (await current?.busySessions()) ?? [];
    await current?.drop();
    if (busy.length > 0) throw new Error(`A test left work open:\n${describe(busy)}`);
  }, 60_000);
  return new Proxy({} as TestDatabase, {
    get(_, property) {
      if (!current)
        throw new Error("The test database is there from beforeAll on, not while the file loads.");
      return current[property as keyof TestDatabase];
    },
  });
}

/** A session's start-up parameters set what PostgREST sets per request: the role and the token's claims. */
function asRequest(role: ApiRole, userId?: string): Record<string, string> {
  const claims = { role, ...(userId && { sub: userId }) };
  return { application_name: `test ${role}`, role, "request.jwt.claims": JSON.stringify(claims) };
}

async function listSessions(admin: string, name: string, busyOnly: boolean): Promise<Session[]> {
  return asAdmin(admin, async (sql) => {
    // A session that was just told to end may need a moment; one that was forgotten stays.
    for (let attempt = 0; ; attempt++) {
      const rows = await sql<Session[]>`
        select pid, coalesce(state, '') as state, left(query, 200) as query from pg_stat_activity
        where datname = ${name} and backend_type = 'client backend' and (not ${busyOnly} or state <> 'idle')`;
      if (rows.length === 0 || attempt === 20) return [...rows];
      await sql`select pg_sleep(0.05)`;
    }
  });
}

const describe = (sessions: Session[]) =>
  sessions.map(({ pid, state, query }) => `  ${pid} ${state}: ${query}`).join("\n");

async function asAdmin<Result>(url: string, work: (sql: Sql) => Promise<Result>): Promise<Result> {
  const sql = postgres(url, { ...quiet, max: 1 });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

function withUser(url: string, user: string): string {
  const changed = new URL(url);
  changed.username = user;
  return changed.href;
}
