import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getAuthSchemaSql } from "@supabase/lite";
import postgres from "postgres";
import type { Cluster } from "../postgres/cluster.ts";

/**
 * Creates a database as a hosted project is before its first migration: roles, extensions, the auth schema.
 * The same for `npm run dev`, the tests and the generated types, so that what passes here ran on one footing.
 */
export async function createPlatformDatabase(cluster: Cluster, name: string): Promise<void> {
  await asAdmin(cluster, "template1", async (sql) => {
    await sql.unsafe(`drop database if exists "${name}" with (force)`);
    await sql.unsafe(`create database "${name}"`);
  });
  await asAdmin(cluster, name, async (sql) => {
    await sql.begin(async (transaction) => {
      await transaction.unsafe(readFileSync(join(import.meta.dirname, "platform.sql"), "utf8")).simple();
      await transaction.unsafe(getAuthSchemaSql(false)).simple();
      await transaction.unsafe(handOver(name, passwordOf(cluster))).simple();
    });
  });
}

/** True when the database is there and complete (its creation is one transaction, after `create database`). */
export function hasPlatform(cluster: Cluster, name: string): Promise<boolean> {
  return asAdmin(cluster, "template1", async (sql) => {
    const [row] = await sql`select 1 from pg_database join pg_roles on pg_roles.oid = datdba
      where datname = ${name} and rolname = 'postgres'`;
    return row !== undefined;
  });
}

async function asAdmin<Result>(
  cluster: Cluster,
  database: string,
  work: (sql: postgres.Sql) => Promise<Result>,
) {
  const sql = postgres(cluster.url(database, "supabase_admin"), { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

const passwordOf = (cluster: Cluster) => new URL(cluster.url("postgres", "postgres")).password;

/** Ownership and logins as on hosted: `postgres` owns the database and may refer to users, not change them. */
const handOver = (database: string, password: string) => `
  alter database "${database}" owner to postgres;
  alter role postgres set search_path = "$user", public, extensions;
  alter role postgres password '${password}';
  alter role authenticator password '${password}';
  alter role supabase_auth_admin password '${password}';
  do $$
  declare
    relation regclass;
  begin
    for relation in
      select oid from pg_catalog.pg_class
      where relnamespace = 'auth'::regnamespace and relkind in ('r', 'S')
    loop
      execute format('alter table %s owner to supabase_auth_admin', relation);
      execute format('grant all on %s to postgres with grant option', relation);
    end loop;
  end
  $$;
`;
