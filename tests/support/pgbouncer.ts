import { spawn, spawnSync } from "node:child_process";
import { accessSync, chownSync, constants, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { platform } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { afterAll, beforeAll } from "vitest";
import { startGuard } from "../../local/guard.ts";
import { freePort } from "../../local/ports.ts";
import { type Account, isRoot, postgresAccount, temporaryFolder } from "../../local/postgres/account.ts";
import { Problem } from "../../local/problem.ts";
import { endProcess, isAlive } from "../../local/processes.ts";
import { createStoppables, type Stoppables } from "../../local/stoppables.ts";
import type { Sql, TestDatabase } from "./database.ts";

export type Pooler = {
  /** Clients that share `poolSize` connections to the server, one transaction at a time. */
  connect(count: number): Sql[];
  /** Clients that share a single one: whoever comes next has it from whoever came before. */
  connectToOne(count: number): Sql[];
};

/** On Debian it lies where ordinary users do not look for programs. */
const folders = () => [
  ...(process.env.PATH ?? "").split(delimiter).filter(Boolean),
  "/usr/sbin",
  "/usr/local/sbin",
];

/** Between a database and its clients as on a hosted project: pgbouncer in transaction mode. */
export function usePooler(db: TestDatabase, poolSize: number): Pooler {
  const clients: Sql[] = [];
  const stoppables = createStoppables(startGuard());
  let port = 0;
  beforeAll(async () => {
    port = await startPooler(db.url, poolSize, stoppables);
  }, 300_000);
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.end({ timeout: 5 })));
    await stoppables.stopAll();
  });
  const open = (count: number, suffix: string) => {
    const url = new URL(db.url);
    url.port = String(port);
    url.pathname += suffix;
    // A statement that is prepared by name is in one server connection, and the next may be another.
    const one = () => postgres(url.href, { max: 1, prepare: false, onnotice: () => {} });
    const opened = Array.from({ length: count }, one);
    clients.push(...opened);
    return opened;
  };
  return { connect: (count) => open(count, ""), connectToOne: (count) => open(count, "_one") };
}

async function startPooler(databaseUrl: string, poolSize: number, stoppables: Stoppables): Promise<number> {
  const program = ensurePgbouncer();
  const account = postgresAccount();
  const folder = temporaryFolder(account);
  stoppables.add(() => rmSync(folder, { recursive: true, force: true }), { kind: "folder", path: folder });
  const port = await freePort();
  const log = join(folder, "pgbouncer.log");
  const config = writeConfig(folder, account, new URL(databaseUrl), { port, poolSize, log });
  // It refuses to be root, as Postgres does.
  const child = spawn(program, ["-q", config], { ...account, cwd: folder, stdio: "ignore" });
  const pid = child.pid;
  if (!pid) throw new Problem(`pgbouncer could not be started from ${program}.`);
  const signals: [NodeJS.Signals, number][] = [
    ["SIGTERM", 5_000],
    ["SIGKILL", 5_000],
  ];
  stoppables.add(() => endProcess(pid, signals), { kind: "process", pid, signals, group: false });
  const url = new URL(databaseUrl);
  url.port = String(port);
  await waitUntilReady(url.href, pid, log);
  return port;
}

function writeConfig(
  folder: string,
  account: Account,
  url: URL,
  { port, poolSize, log }: { port: number; poolSize: number; log: string },
): string {
  const database = url.pathname.slice(1);
  const server = `host=${url.hostname} port=${url.port} dbname=${database}`;
  const write = (name: string, text: string) => {
    const file = join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    if ("uid" in account) chownSync(file, account.uid, account.gid);
    return file;
  };
  const users = write("users.txt", `"${url.username}" "${url.password}"\n`);
  return write(
    "pgbouncer.ini",
    `[databases]
${database} = ${server} pool_size=${poolSize}
${database}_one = ${server} pool_size=1
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
max_client_conn = 200
logfile = ${log}
`,
  );
}

async function waitUntilReady(url: string, pid: number, log: string): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const sql = postgres(url, { max: 1, prepare: false, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (isAlive(pid) && Date.now() < until) continue;
      const said = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").slice(-3).join(" ") : error;
      throw new Problem(`pgbouncer did not start: ${said}`);
    } finally {
      await sql.end({ timeout: 0 });
      await sleep(40);
    }
  }
}

/** Finds pgbouncer, installing Debian's where that takes no question to anybody: as root, with apt-get. */
function ensurePgbouncer(): string {
  const found = findPgbouncer() ?? installFromDebian();
  if (found) return found;
  throw new Problem(
    "The tests of the pooler need pgbouncer: install it (apt-get install pgbouncer, brew install pgbouncer).",
  );
}

function findPgbouncer(): string | undefined {
  return folders()
    .map((folder) => join(folder, "pgbouncer"))
    .find(isProgram);
}

function installFromDebian(): string | undefined {
  if (platform() !== "linux" || !isRoot || !existsSync("/usr/bin/apt-get")) return undefined;
  console.log("  Installing pgbouncer with apt-get (once)");
  const options = { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } } as const;
  spawnSync("/usr/bin/apt-get", ["update", "-q"], options);
  const flags = ["install", "-y", "-q", "--no-install-recommends", "pgbouncer"];
  const { status, stderr } = spawnSync("/usr/bin/apt-get", flags, options);
  if (status !== 0) console.error(stderr);
  return findPgbouncer();
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
