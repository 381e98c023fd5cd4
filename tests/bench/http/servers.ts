import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, stateDir } from "../../../local/paths.ts";
import { freePort } from "../../../local/ports.ts";
import type { Cluster } from "../../../local/postgres/cluster.ts";
import { type Service, startService, tailOf } from "../../../local/service.ts";
import type { Stoppables } from "../../../local/stoppables.ts";
import { nextProgram } from "../../../local/store.ts";
import { startWholeStore } from "../../support/whole-store.ts";

const ROUTE = "/api/stock/reservations";
const log = (name: string) => join(stateDir, "logs", `bench-${name}.log`);

/** What stands between the store and Postgres here: the figures are not those of hosted PostgREST. */
export function gatewayName(): string {
  const manifest = join(root, "node_modules", "@supabase", "lite", "package.json");
  return `@supabase/lite ${(JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version}`;
}

/** The store as in production, with the local API on this database. Answers the address of its route. */
export async function startTheStore(
  cluster: Cluster,
  database: string,
  stoppables: Stoppables,
): Promise<string> {
  // Said empty, so that nothing of this shell turns limits on.
  const settings = { TRUSTED_PROXY_HEADER: "", VERCEL: "" };
  const { store } = await startWholeStore(cluster, database, { name: "bench", stoppables, settings });
  return `${store.url.replace("localhost", "127.0.0.1")}${ROUTE}`;
}

/** The bare handler, built in a copy, so that nothing of it is ever part of the store. */
export async function startBare(stoppables: Stoppables): Promise<string> {
  const folder = join(stateDir, "bench", "bare");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "bare"), folder, { recursive: true });
  const env = { ...process.env, NODE_ENV: "production" as const };
  // Turbopack would look for instrumentation and proxy in the repository too, and find those of the store.
  await promisify(execFile)(process.execPath, [nextProgram, "build", "--webpack"], { cwd: folder, env });
  if (
    ["middleware.js", "instrumentation.js"].some((name) => existsSync(join(folder, ".next", "server", name)))
  ) {
    throw new Error("The bare handler was built with parts of the store.");
  }
  const port = await freePort();
  const args = ["start", "--port", String(port), "--hostname", "127.0.0.1"];
  const service = startService(
    { script: nextProgram, args, cwd: folder, env, logFile: log("bare") },
    stoppables,
  );
  const url = `http://127.0.0.1:${port}${ROUTE}`;
  await untilItAnswers(url, service);
  return url;
}

async function untilItAnswers(url: string, service: Service): Promise<void> {
  let hasEnded = false;
  void service.ended.then(() => {
    hasEnded = true;
  });
  for (let tries = 0; !hasEnded && tries < 300; tries++) {
    const answer = await fetch(url, { method: "POST", body: "{}" }).catch(() => null);
    if (answer?.status === 201) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`The bare handler did not start:\n${tailOf(log("bare"))}`);
}
