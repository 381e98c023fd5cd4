import { join } from "node:path";
import postgres from "postgres";
import { storeEnvironment } from "../../local/environment.ts";
import { generateKeys } from "../../local/keys.ts";
import { startTestOutside } from "../../local/outside.ts";
import { stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { startStore } from "../../local/store.ts";
import { buildStore } from "../../local/store-build.ts";
import { startSupabaseApi } from "../../local/supabase-api.ts";
import { createMigratedDatabase, startTestCluster } from "../../local/test-cluster.ts";
import { stripeAt } from "../support/stripe-target.ts";
import type { Ground } from "./ground.ts";

const log = (name: string) => join(stateDir, "logs", `payment-storm-${name}.log`);

/** A store of its own, built as in production, that takes bank debits too. Stripe tells it nothing by itself. */
export async function startGround(): Promise<Ground & { stop: () => Promise<void> }> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "store");
    const sql = postgres(cluster.url("store", "postgres"), { max: 4, onnotice: () => {} });
    stoppables.add(() => sql.end());
    const keys = generateKeys();
    const port = await freePort();
    const outside = await startTestOutside(port, stoppables);
    await outside.stripe.controls.webhook({ url: null });
    const api = await startSupabaseApi(
      {
        databaseUrl: cluster.url("store", "supabase_admin"),
        port: await freePort(),
        keys,
        siteUrl: `http://localhost:${port}`,
        logFile: log("supabase-api"),
      },
      stoppables,
    );
    const environment = {
      ...storeEnvironment(keys, api.url, {}),
      ...outside.environment,
      ...(await buildStore()),
      STRIPE_DELAYED_METHODS: "sepa_debit",
    };
    const store = await startStore({ mode: "start", port, environment, logFile: log("store") }, stoppables);
    return {
      url: store.url.replace("localhost", "127.0.0.1"),
      webhookSecret: outside.stripe.webhookSecret,
      cronSecret: keys.cronSecret,
      controls: outside.stripe.controls,
      stripe: stripeAt(outside.stripe),
      sql,
      stop: stoppables.stopAll,
    };
  } catch (error) {
    await stoppables.stopAll();
    throw error;
  }
}
