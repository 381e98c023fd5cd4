import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { applyMigrations, readMigrations } from "../../local/database/migrations.ts";
import { createPlatformDatabase } from "../../local/database/platform.ts";
import { startGuard } from "../../local/guard.ts";
import { migrationsDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { postgresAccount, temporaryFolder } from "../../local/postgres/account.ts";
import { type Cluster, clusterStopSignals, startCluster } from "../../local/postgres/cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's connection string, to the database that only creates and drops others. */
    adminUrl: string;
    /** The migrated, not seeded, database that test databases are copies of. */
    templateDatabase: string;
  }
}

export type TestCluster = { cluster: Cluster; stop(): Promise<void> };

/** One real Postgres for a whole run, in a temporary folder that goes away with it. */
export async function startTestCluster(): Promise<TestCluster> {
  const guard = startGuard();
  const folder = temporaryFolder(postgresAccount());
  guard.watch({ kind: "folder", path: folder });
  const cluster = await startCluster({
    dataDir: join(folder, "data"),
    port: await freePort(),
    logFile: join(folder, "postgres.log"),
    throwAway: true,
    // Tests of contention open hundreds of sessions. Durability stays as in production: it is part of the timing.
    settings: { max_connections: 600 },
  });
  guard.watch({ kind: "process", pid: cluster.pid, signals: clusterStopSignals, group: false });
  const stop = async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
    guard.dismiss();
  };
  return { cluster, stop };
}

/** A database as `npm run dev` would have it after its first start, without the seed. */
export async function createMigratedDatabase(cluster: Cluster, name: string): Promise<void> {
  await createPlatformDatabase(cluster, name);
  await applyMigrations(cluster.url(name, "postgres"), readMigrations(migrationsDir));
}

/** Vitest global setup of the suite `db`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stop } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "template_shop");
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide("adminUrl", cluster.url("template1", "supabase_admin"));
  project.provide("templateDatabase", "template_shop");
  return stop;
}
