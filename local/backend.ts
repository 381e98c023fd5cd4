import { join } from "node:path";
import { applyMigrations, readMigrations } from "./database/migrations.ts";
import { createPlatformDatabase, hasPlatform } from "./database/platform.ts";
import { seedOnce } from "./database/seed.ts";
import type { Keys } from "./keys.ts";
import { logDir, migrationsDir, seedFiles, stateDir } from "./paths.ts";
import { portNear } from "./ports.ts";
import { type Cluster, startCluster, stopOrphan } from "./postgres/cluster.ts";
import { dataFolder, removeData } from "./postgres/data-folder.ts";
import { step } from "./progress.ts";
import type { Stoppables } from "./stoppables.ts";
import { type SupabaseApi, startSupabaseApi } from "./supabase-api.ts";

export type Backend = { cluster: Cluster; api: SupabaseApi };

export type BackendOptions = {
  keys: Keys;
  /** The store's own address. */
  siteUrl: string;
  /** Forget all data first. */
  reset: boolean;
  /** Where mails about accounts go; into the log of the API when left out. */
  smtpUrl?: string | undefined;
};

/** The stand-ins for a hosted Supabase project: Postgres with our migrations and seed, and the API on it. */
export async function startBackend(options: BackendOptions, stoppables: Stoppables): Promise<Backend> {
  const dataDir = dataFolder();
  if (options.reset) {
    await step("Removing the old data", async () => {
      await stopOrphan(dataDir);
      removeData(dataDir);
    });
  }
  const cluster = await step("Postgres", async (say) => {
    const port = await portNear(54322);
    const logFile = join(logDir, "postgres.log");
    const started = await startCluster({ dataDir, port, logFile }, stoppables);
    const place = dataDir.startsWith(stateDir) ? "" : ` in ${dataDir}`;
    say(`${started.version} on port ${port}${started.isNew ? ", new" : ""}${place}`);
    return started;
  });
  await step("Database", async (say) => say(await prepareDatabase(cluster)));
  const api = await step("Supabase API", async (say) => {
    const port = await portNear(54321);
    say(`on port ${port}`);
    const databaseUrl = cluster.url("postgres", "supabase_admin");
    const logFile = join(logDir, "supabase-api.log");
    return startSupabaseApi({ databaseUrl, port, logFile, ...options }, stoppables);
  });
  return { cluster, api };
}

/** Says what it did: everything on a fresh cluster, only new migrations on one that has data. */
async function prepareDatabase(cluster: Cluster): Promise<string> {
  if (!(await hasPlatform(cluster, "postgres"))) await createPlatformDatabase(cluster, "postgres");
  const url = cluster.url("postgres", "postgres");
  const applied = await applyMigrations(url, readMigrations(migrationsDir));
  const seeded = await seedOnce(url, seedFiles);
  const migrations = `${applied.length} ${applied.length === 1 ? "migration" : "migrations"} applied`;
  return [applied.length > 0 ? migrations : "up to date", seeded && "seeded"].filter(Boolean).join(", ");
}
