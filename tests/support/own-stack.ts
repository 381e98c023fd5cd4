import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll } from "vitest";
import { seedOnce } from "../../local/database/seed.ts";
import { startGuard } from "../../local/guard.ts";
import type { Mailbox } from "../../local/mailbox/mailbox.ts";
import type { Outside } from "../../local/outside.ts";
import { seedFiles, stateDir } from "../../local/paths.ts";
import { freePort } from "../../local/ports.ts";
import { postgresAccount, temporaryFolder } from "../../local/postgres/account.ts";
import { type Cluster, type ClusterOptions, startCluster } from "../../local/postgres/cluster.ts";
import { endProcess } from "../../local/processes.ts";
import { createStoppables, type Stoppables } from "../../local/stoppables.ts";
import { type Store, type StoreOptions, startStore } from "../../local/store.ts";
import type { StripeStandIn } from "../../local/stripe/stand-in.ts";
import { createMigratedDatabase } from "../../local/test-cluster.ts";
import { storeKeys } from "./api-client.ts";
import type { Sql } from "./database.ts";
import { startWholeStore, type WholeStore, type WholeStoreOptions } from "./whole-store.ts";

export type OwnStack = {
  url: string;
  /** Stand-ins of this store's own, from the first test on. */
  stripe: StripeStandIn;
  mailbox: Mailbox;
  /** A new session with the database; none may be open while Postgres is stopped. */
  withDatabase<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result>;
  /** Ends Postgres: in an orderly way, or as a crash does. */
  stopPostgres(how?: "orderly" | "crash"): Promise<void>;
  startPostgres(): Promise<void>;
  /** Ends the store as `kill -9` does, whatever it is doing. */
  killStore(): Promise<void>;
  /** Starts it again, at the same address. */
  startStore(): Promise<void>;
};

const patience = 120_000;
const log = (name: string) => join(stateDir, "logs", `test-own-${name}.log`);

/**
 * A store with a gateway, stand-ins and a Postgres of its own, which a test may stop and start. Settings that depend on
 * where those answer are made of their addresses.
 */
export function useOwnStack(settings: WholeStoreOptions["settings"] = {}): OwnStack {
  const stoppables = createStoppables(startGuard());
  const database = createOwnPostgres(stoppables);
  const web = createOwnWeb(stoppables);
  let outside: Required<Outside>;
  const stack: OwnStack = {
    url: "",
    ...database,
    ...web,
    get stripe() {
      return outside.stripe;
    },
    get mailbox() {
      return outside.mailbox;
    },
  };
  beforeAll(async () => {
    const cluster = await database.create();
    const whole = await startWholeStore(cluster, "store", {
      name: "test-own",
      stoppables,
      keys: storeKeys(),
      settings,
    });
    outside = whole.outside;
    stack.url = web.takeOver(whole);
  }, patience);
  afterAll(() => stoppables.stopAll(), patience);
  return stack;
}

function createOwnWeb(stoppables: Stoppables) {
  let options: StoreOptions;
  let store: Store;
  const start = async () => {
    store = await startStore(options, stoppables);
  };
  return {
    takeOver(whole: WholeStore): string {
      ({ options, store } = whole);
      return store.url;
    },
    startStore: start,
    async killStore(): Promise<void> {
      await endProcess(store.pid, [["SIGKILL", 10_000]], true);
      await store.ended;
    },
  };
}

function createOwnPostgres(stoppables: Stoppables) {
  let options: ClusterOptions;
  let cluster: Cluster;
  const startPostgres = async () => {
    cluster = await startCluster(options, stoppables);
  };
  return {
    async create(): Promise<Cluster> {
      const path = temporaryFolder(postgresAccount());
      stoppables.add(() => rmSync(path, { recursive: true, force: true }), { kind: "folder", path });
      const dataDir = join(path, "data");
      const settings = { max_connections: 100, restart_after_crash: "off" };
      options = { dataDir, port: await freePort(), logFile: log("postgres"), throwAway: true, settings };
      await startPostgres();
      await createMigratedDatabase(cluster, "store");
      await seedOnce(cluster.url("store", "postgres"), seedFiles);
      return cluster;
    },
    startPostgres,
    async stopPostgres(how: "orderly" | "crash" = "orderly"): Promise<void> {
      // SIGQUIT is Postgres' immediate shutdown: nothing is rolled back in an orderly way, it recovers at the next start.
      process.kill(cluster.pid, how === "crash" ? "SIGQUIT" : "SIGINT");
      await cluster.ended;
      await sleep(50);
    },
    async withDatabase<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
      const sql = postgres(cluster.url("store", "postgres"), { max: 2, onnotice: () => {} });
      try {
        return await work(sql);
      } finally {
        await sql.end();
      }
    },
  };
}
