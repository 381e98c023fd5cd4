import { join } from "node:path";
import { type Environment, storeEnvironment } from "../../local/environment.ts";
import { generateKeys, type Keys } from "../../local/keys.ts";
import { type Outside, startTestOutside } from "../../local/outside.ts";
import { stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import type { Cluster } from "../../local/postgres/cluster.ts";
import type { Stoppables } from "../../local/stoppables.ts";
import { type Store, type StoreOptions, startStore } from "../../local/store.ts";
import { buildStore } from "../../local/store-build.ts";
import { startSupabaseApi } from "../../local/supabase-api.ts";

/** Where the services are that a store asks, without a slash at the end. */
export type Addresses = { supabase: string; stripe: string };

export type WholeStore = Addresses & {
  store: Store;
  /** By which the store can be started again. */
  options: StoreOptions;
  keys: Keys;
  outside: Required<Outside>;
};

export type WholeStoreOptions = {
  /** What its logs begin with. */
  name: string;
  stoppables: Stoppables;
  /** Made for this store unless others have to know them. */
  keys?: Keys;
  /** Stand over what every store has; made of the addresses where they depend on those. */
  settings?: Environment | ((asked: Addresses) => Promise<Environment>);
};

/**
 * A store as in production, on a migrated database, with the gateway and the stand-ins that it asks: all of it on free
 * ports, all of it stopped by `stoppables`.
 */
export async function startWholeStore(
  cluster: Cluster,
  database: string,
  { name, stoppables, keys = generateKeys(), settings = {} }: WholeStoreOptions,
): Promise<WholeStore> {
  const log = (part: string) => join(stateDir, "logs", `${name}-${part}.log`);
  const port = await freePort();
  const outside = await startTestOutside(port, stoppables);
  const api = await startSupabaseApi(
    {
      databaseUrl: cluster.url(database, "supabase_admin"),
      port: await freePort(),
      keys,
      siteUrl: `http://localhost:${port}`,
      logFile: log("supabase-api"),
      smtpUrl: outside.mailbox.smtpUrl,
    },
    stoppables,
  );
  const asked = { supabase: api.url, stripe: outside.stripe.url };
  const environment = {
    ...storeEnvironment(keys, api.url, {}),
    ...outside.environment,
    ...(await buildStore()),
    ...(typeof settings === "function" ? await settings(asked) : settings),
  };
  const options: StoreOptions = { mode: "start", port, environment, logFile: log("store") };
  return { ...asked, store: await startStore(options, stoppables), options, keys, outside };
}
