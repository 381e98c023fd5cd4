import { rmSync } from "node:fs";
import { join } from "node:path";
import { applyMigrations, readMigrations } from "./database/migrations.ts";
import { createPlatformDatabase } from "./database/platform.ts";
import { startGuard } from "./guard.ts";
import { migrationsDir } from "./paths.ts";
import { freePort } from "./ports.ts";
import { postgresAccount, temporaryFolder } from "./postgres/account.ts";
import { type Cluster, startCluster } from "./postgres/cluster.ts";
import { createStoppables, type Stoppables } from "./stoppables.ts";

export type TestCluster = {
  cluster: Cluster;
  stoppables: Stoppables;
  /** What the server says. */
  logFile: string;
};

/** A real Postgres for one run, in a temporary folder that goes away with it. */
export async function startTestCluster(settings: Record<string, string> = {}): Promise<TestCluster> {
  const stoppables = createStoppables(startGuard());
  const path = temporaryFolder(postgresAccount());
  stoppables.add(() => rmSync(path, { recursive: true, force: true }), { kind: "folder", path });
  const options = {
    dataDir: join(path, "data"),
    port: await freePort(),
    logFile: join(path, "postgres.log"),
    throwAway: true,
    // Tests of contention open hundreds of sessions. Durability stays as in production: it is part of the timing.
    settings: { max_connections: 600, ...settings },
  };
  try {
    const cluster = await startCluster(options, stoppables);
    return { cluster, stoppables, logFile: options.logFile };
  } catch (error) {
    await stoppables.stopAll();
    throw error;
  }
}

/** A database as `npm run dev` would have it after its first start, without the seed. */
export async function createMigratedDatabase(cluster: Cluster, name: string): Promise<void> {
  await createPlatformDatabase(cluster, name);
  await applyMigrations(cluster.url(name, "postgres"), readMigrations(migrationsDir));
}
