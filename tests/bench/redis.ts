import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../local/ports.ts";
import { endProcess } from "../../local/processes.ts";
import type { Stoppables } from "../../local/stoppables.ts";
import { connectRedis, type RedisClient } from "./clients/resp.ts";

/** Redis with an append-only file, to compare with. */
export type Redis = { pid: number; port: number; version: string; control: RedisClient };

/** Starts the Redis of this machine in a temporary folder; nothing where there is none. */
export async function startRedis(stoppables: Stoppables): Promise<Redis | undefined> {
  const { stdout, status } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "holdfast-redis-"));
  stoppables.add(() => rmSync(folder, { recursive: true, force: true }), { kind: "folder", path: folder });
  const port = await freePort();
  const settings = { port, bind: "127.0.0.1", dir: folder, appendonly: "yes", appendfsync: "always" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // No snapshots and no rewriting of the file: neither belongs to taking a hold.
  const quiet = ["--save", "", "--auto-aof-rewrite-percentage", "0"];
  const child = spawn("redis-server", [...args, ...quiet], { detached: true, stdio: "ignore" });
  const { pid = 0 } = child;
  const signals: [NodeJS.Signals, number][] = [
    ["SIGTERM", 5_000],
    ["SIGKILL", 5_000],
  ];
  stoppables.add(() => endProcess(pid, signals), { kind: "process", pid, signals, group: false });
  const version = /v=([\d.]+)/.exec(stdout)?.[1] ?? "";
  return { pid, port, version, control: await waitUntilReady(port, child) };
}

async function waitUntilReady(port: number, child: ChildProcess): Promise<RedisClient> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    try {
      const client = await connectRedis(port);
      await client.send("PING");
      return client;
    } catch {
      await sleep(50);
    }
  }
  throw new Error("redis-server is there but did not start.");
}
