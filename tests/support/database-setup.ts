import type { TestProject } from "vitest/node";
import { createPlatformDatabase } from "../../local/database/platform.ts";
import { createMigratedDatabase, startTestCluster } from "../../local/test-cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's connection string, to the database that only creates and drops others. */
    adminUrl: string;
    /** The migrated, not seeded, database that test databases are copies of. */
    templateDatabase: string;
    /** A database as a hosted project is before its first migration: for tests of the migrations themselves. */
    platformDatabase: string;
  }
}

/** Vitest global setup of the suite `db`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createPlatformDatabase(cluster, "template_platform");
    await createMigratedDatabase(cluster, "template_shop");
  } catch (error) {
    await stoppables.stopAll();
    throw error;
  }
  project.provide("adminUrl", cluster.url("template1", "supabase_admin"));
  project.provide("templateDatabase", "template_shop");
  project.provide("platformDatabase", "template_platform");
  return stoppables.stopAll;
}
