import postgres from "postgres";
import { createMigratedDatabase, startTestCluster } from "../../local/test-cluster.ts";
import { stripeAt } from "../support/stripe-target.ts";
import { startWholeStore } from "../support/whole-store.ts";
import type { Ground } from "./ground.ts";

/** A store of its own, built as in production, that takes bank debits too. Stripe tells it nothing by itself. */
export async function startGround(): Promise<Ground & { stop: () => Promise<void> }> {
  const { cluster, stoppables } = await startTestCluster();
  try {
    await createMigratedDatabase(cluster, "store");
    const sql = postgres(cluster.url("store", "postgres"), { max: 4, onnotice: () => {} });
    stoppables.add(() => sql.end());
    const { store, keys, outside } = await startWholeStore(cluster, "store", {
      name: "payment-storm",
      stoppables,
      settings: { STRIPE_DELAYED_METHODS: "sepa_debit" },
    });
    await outside.stripe.controls.webhook({ url: null });
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
