import type { TestProject } from "vitest/node";
import { createMigratedDatabase, startTestCluster } from "../../local/test-cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's connection string, to the database that only creates and drops others. */
    adminUrl: string;
    /** The migrated, not seeded, database that test databases are copies of. */
    templateDatabase: string;
  }
}

/** Vitest global setup of the suite `db`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "template_shop");
  } catch (error) {
    await stoppables.stopAll();
    throw error;
  }
  project.provide("adminUrl", cluster.url("template1", "supabase_admin"));
  project.provide("templateDatabase", "template_shop");
  return stoppables.stopAll;
}
