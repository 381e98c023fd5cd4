import type { TestProject } from "vitest/node";
import { seedOnce } from "../../local/database/seed.ts";
import type { Keys } from "../../local/keys.ts";
import type { MailboxAddress } from "../../local/mailbox/client.ts";
import { seedFiles } from "../../local/paths.ts";
import { step } from "../../local/progress.ts";
import { buildStore } from "../../local/store-build.ts";
import type { StandInAddress } from "../../local/stripe/client.ts";
import { createMigratedDatabase, startTestCluster, type TestCluster } from "../../local/test-cluster.ts";
import { startWholeStore } from "./whole-store.ts";

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

  await step("Building the store", () => buildStore());
  const { store, keys, outside, supabase } = await startWholeStore(cluster, "store", {
    name: "test",
    stoppables,
  });
  project.provide("storeUrl", store.url);
  project.provide("databaseUrl", databaseUrl);
  project.provide("storeKeys", keys);
  const { url, secretKey, webhookSecret } = outside.stripe;
  project.provide("stripeStandIn", { url, secretKey, webhookSecret });
  project.provide("mailbox", { url: outside.mailbox.url, smtpUrl: outside.mailbox.smtpUrl });
  project.provide("supabaseApi", {
    url: supabase,
    publishableKey: keys.publishableKey,
    secretKey: keys.secretKey,
  });
}
