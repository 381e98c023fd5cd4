import { readFileSync, statSync } from "node:fs";
import postgres from "postgres";
import { createPlatformDatabase } from "../../local/database/platform.ts";
import { createMigratedDatabase, type TestCluster } from "../../local/test-cluster.ts";
import type { Sql } from "../support/database.ts";
import { hashOf, type Mutant } from "./mutant.ts";

const migrated = "template_shop";
export const platform = "template_platform";
const probed = "template_probed";
const reworded = "template_reworded";

/** One cluster with the migrated database, from which mutants are copied. */
export type Ground = {
  adminUrl: string;
  /** Reads the migrated database. */
  read<Content>(reader: (sql: Sql) => Promise<Content>): Promise<Content>;
  /** Makes a database that does the same with other words in each function, and answers its name. */
  reword(): Promise<string>;
  /** Makes a database that tells what is come by in it, and answers its name. */
  probe(probes: string): Promise<string>;
  /** The number of bytes that the server has written into its log, and what it wrote after so many. */
  log: { length(): number; from(length: number): string };
  /** Makes a database of this name with the fault in it; answers why, where the fault cannot even be made. */
  plant(mutant: Mutant, name: string): Promise<string | undefined>;
};

export async function prepareGround({ cluster, logFile }: TestCluster): Promise<Ground> {
  const adminUrl = cluster.url("template1", "supabase_admin");
  const asAdmin = async (...statements: string[]) => {
    await using(adminUrl, async (sql) => {
      for (const statement of statements) await sql.unsafe(statement);
    });
  };
  // Nothing here has to outlive a power cut. A backend whose test was given up ends by itself.
  await asAdmin(
    "alter system set fsync = off",
    "alter system set full_page_writes = off",
    "alter system set synchronous_commit = off",
    "alter system set log_error_verbosity = terse",
    "alter system set client_connection_check_interval = '1s'",
    "select pg_reload_conf()",
  );
  await createPlatformDatabase(cluster, platform);
  await createMigratedDatabase(cluster, migrated);
  const copy = (name: string) =>
    asAdmin(
      `drop database if exists ${name} with (force)`,
      `create database ${name} template ${migrated} owner postgres`,
    );
  const change = async (name: string, statements: string) => {
    await copy(name);
    await using(cluster.url(name, "postgres"), (sql) => sql.begin((one) => one.unsafe(statements).simple()));
    return name;
  };
  return {
    adminUrl,
    read: (reader) => using(cluster.url(migrated, "postgres"), reader),
    reword: () => change(reworded, rewording),
    probe: (probes) => change(probed, probes),
    log: {
      length: () => statSync(logFile).size,
      from: (length) => readFileSync(logFile).subarray(length).toString(),
    },
    plant: async ({ sql: fault }, name) => {
      await copy(name);
      return using(cluster.url(name, "postgres"), async (sql) => {
        try {
          await sql.begin((transaction) => transaction.unsafe(fault).simple());
          return undefined;
        } catch (error) {
          return error instanceof Error ? error.message : String(error);
        }
      });
    },
  };
}

/** A comment more at the end of each function. */
export const rewording = String.raw`
do $$
declare
  v_definition text;
begin
  for v_definition in
    select pg_get_functiondef(p.oid) from pg_proc p
    where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prokind = 'f'
  loop
    execute regexp_replace(v_definition, '(\$function\$\s*)$', E'\n-- in other words\n\\1');
  end loop;
end $$;`;

async function using<Content>(url: string, work: (sql: Sql) => Promise<Content>): Promise<Content> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** Changes with whatever a migration changes. */
export const hashSchema = (sql: Sql): Promise<string> =>
  sql<{ statements: string[] }[]>`
    select statements from supabase_migrations.schema_migrations order by version`.then((rows) =>
    hashOf(...rows.flatMap(({ statements }) => statements)),
  );
