import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { seedOnce } from "../../local/database/seed.ts";
import { storeEnvironment } from "../../local/environment.ts";
import { generateKeys, type Keys } from "../../local/keys.ts";
import type { MailboxAddress } from "../../local/mailbox/client.ts";
import { startTestOutside } from "../../local/outside.ts";
import { seedFiles, stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { step } from "../../local/progress.ts";
import { startStore } from "../../local/store.ts";
import { buildStore } from "../../local/store-build.ts";
import type { StandInAddress } from "../../local/stripe/client.ts";
import { startSupabaseApi } from "../../local/supabase-api.ts";
import { createMigratedDatabase, startTestCluster, type TestCluster } from "../../local/test-cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    storeUrl: string;
    /** The store's database as `postgres`. */
    databaseUrl: string;
    /** Every secret of this run: to sign what the store signs, and to look for them where none may be. */
    storeKeys: Keys;
    supabaseApi: { url: string; publishableKey: string; secretKey: string };
    /** Ask for its controls and for the mails by tests/support/stand-ins.ts. */
    stripeStandIn: StandInAddress;
    mailbox: MailboxAddress;
  }
}

/** Vitest global setup of the suites `api` and `e2e`: the store as in production, on a database of its own. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const test = await startTestCluster();
  try {
    await startTestStore(project, test);
  } catch (error) {
    await test.stoppables.stopAll();
    throw error;
  }
  return test.stoppables.stopAll;
}

async function startTestStore(project: TestProject, { cluster, stoppables }: TestCluster): Promise<void> {
  await createMigratedDatabase(cluster, "store");
  const databaseUrl = cluster.url("store", "postgres");
  await seedOnce(databaseUrl, seedFiles);

  const keys = generateKeys();
  const port = await freePort();
  const outside = await startTestOutside(port, stoppables);
  const api = await startSupabaseApi(
    {
      databaseUrl: cluster.url("store", "supabase_admin"),
      port: await freePort(),
      keys,
      siteUrl: `http://localhost:${port}`,
      logFile: join(stateDir, "logs", "test-supabase-api.log"),
      smtpUrl: outside.mailbox.smtpUrl,
    },
    stoppables,
  );
  const build = await step("Building the store", () => buildStore());
  const environment = { ...storeEnvironment(keys, api.url, {}), ...outside.environment, ...build };
  const logFile = join(stateDir, "logs", "test-store.log");
  const store = await startStore({ mode: "start", port, environment, logFile }, stoppables);

  project.provide("storeUrl", store.url);
  project.provide("databaseUrl", databaseUrl);
  project.provide("storeKeys", keys);
  const { url, secretKey, webhookSecret } = outside.stripe;
  project.provide("stripeStandIn", { url, secretKey, webhookSecret });
  project.provide("mailbox", { url: outside.mailbox.url, smtpUrl: outside.mailbox.smtpUrl });
  project.provide("supabaseApi", {
    url: api.url,
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
  });
}
