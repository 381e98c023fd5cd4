import { readFileSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import type { Cluster } from "../../../local/postgres/cluster.ts";
import { createMigratedDatabase } from "../../../local/test-cluster.ts";
import type { Sql } from "../clients/postgres.ts";

/** A migrated database with a catalogue, and with what is measured against. */
export type Ground = {
  /** As `postgres`, for the clients. */
  url: string;
  /** As superuser: to load, to look, to read the server's counters. */
  admin: Sql;
  locationId: string;
  /** The one variant that everybody wants, alone in its product. */
  hot: string;
  /** 10,000 others. */
  spread: string[];
};

const template = "bench_template";

/** Prepares what `openGround` makes copies of. */
export async function prepareGrounds(cluster: Cluster): Promise<void> {
  await createMigratedDatabase(cluster, template);
  const admin = connect(cluster, template);
  for (const file of ["floors.sql", "minimal.sql", "contract.sql"])
    await admin.unsafe(readFileSync(join(import.meta.dirname, file), "utf8")).simple();
  await admin`vacuum analyze`;
  await admin.end();
  const server = connect(cluster, "template1");
  // A checkpoint comes when we ask for one, not in the middle of a slice. How durable a commit is stays the same.
  await server`alter system set checkpoint_timeout = '1h'`;
  await server`alter system set max_wal_size = '8GB'`;
  await server`alter system set autovacuum = off`;
  await server`select pg_reload_conf()`;
  await server.end();
}

/** Opens a ground of its own, empty but for the catalogue. */
export async function openGround(cluster: Cluster, name: string): Promise<Ground> {
  const server = connect(cluster, "template1");
  await server.unsafe(`create database ${name} template ${template} owner postgres`);
  await server.end();
  const admin = connect(cluster, name);
  const [location] = await admin<{ id: string }[]>`select id from locations`;
  const variants = await admin<{ id: string; sku: string }[]>`select id, sku from variants order by sku`;
  return {
    url: cluster.url(name, "postgres"),
    admin,
    locationId: location?.id ?? "",
    hot: variants.find(({ sku }) => sku === "sku-0")?.id ?? "",
    spread: variants.filter(({ sku }) => sku !== "sku-0").map(({ id }) => id),
  };
}

function connect(cluster: Cluster, database: string): Sql {
  const url = cluster.url(database, "supabase_admin");
  return postgres(url, { max: 1, onnotice: () => {}, max_lifetime: null });
}
