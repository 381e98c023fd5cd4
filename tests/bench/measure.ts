import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Crew, now, type Tally, type Task } from "./clients/crew.ts";
import type { Sql } from "./clients/postgres.ts";
import { percentile } from "./report/statistics.ts";

/** What a slice showed. Costs are per answer. */
export type Slice = {
  rate: number;
  p50: number;
  p99: number;
  /** Of all processes of the server, in microseconds; NaN where /proc does not say. */
  serverCpu: number;
  /** Of the clients, in microseconds. */
  clientCpu: number;
  walBytes: number;
  /** Transactions that wrote, and subtransactions: each takes an id. */
  commits: number;
};

/** Whose costs are counted: all of Postgres, or another server's one process. */
export type Server = { admin: Sql; pid?: number | undefined };

export type Measured = { slice: Slice; tally: Tally };

const hasProc = existsSync("/proc/self/schedstat");

type Reading = { at: number; wal: number; transactions: number; server: Map<number, number>; client: number };

/** Runs tasks side by side for some seconds, after a moment of warming up that counts for nothing. */
export async function measure(
  crew: Crew,
  server: Server,
  tasks: Task[],
  seconds: number,
): Promise<Measured[]> {
  const teams = await Promise.all(tasks.map((task) => crew.prepare(task)));
  const from = now() + Math.max(150, seconds * 150);
  const until = from + seconds * 1000;
  const working = Promise.all(teams.map((team) => team.go(from, until)));
  working.catch(() => {});
  await sleep(from - now());
  const before = await read(server);
  await sleep(until - now());
  const after = await read(server);
  const tallies = await working;
  return tallies.map((tally) => ({ tally, slice: describe(tally, before, after, seconds) }));
}

function describe(tally: Tally, before: Reading, after: Reading, seconds: number): Slice {
  const latencies = tally.latencies.sort();
  const rate = tally.measured / seconds;
  // The two readings are a little further or less apart than the slice is long.
  const answers = (rate * (after.at - before.at)) / 1000;
  return {
    rate,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    serverCpu: cpuBetween(before.server, after.server) / answers,
    clientCpu: (after.client - before.client) / answers,
    walBytes: (after.wal - before.wal) / answers,
    commits: (after.transactions - before.transactions) / answers,
  };
}

async function read({ admin, pid }: Server): Promise<Reading> {
  const [row] = await admin<{ wal: string; transactions: string; pids: number[] }[]>`
    select (pg_current_wal_insert_lsn() - '0/0')::text as wal,
           pg_snapshot_xmax(pg_current_snapshot())::text as transactions,
           (select array_agg(pid) from pg_stat_activity) as pids`;
  const { user, system } = process.cpuUsage();
  return {
    at: now(),
    wal: pid ? Number.NaN : Number(row?.wal),
    transactions: pid ? Number.NaN : Number(row?.transactions),
    server: new Map((pid ? [pid] : (row?.pids ?? [])).map((id) => [id, cpuOf(id)])),
    client: user + system,
  };
}

function cpuBetween(before: Map<number, number>, after: Map<number, number>): number {
  let sum = 0;
  for (const [pid, micros] of after) sum += Math.max(micros - (before.get(pid) ?? 0), 0);
  return sum;
}

/** Microseconds that a process has spent on a CPU; NaN on systems that have no /proc. */
function cpuOf(pid: number): number {
  if (!hasProc) return Number.NaN;
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, "utf8").split(" ")[0]) / 1000;
  } catch {
    return 0; // it ended just now
  }
}
