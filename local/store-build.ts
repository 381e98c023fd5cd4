import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Environment } from "./environment.ts";
import { root, stateDir } from "./paths.ts";
import { Problem } from "./problem.ts";
import { isAlive } from "./processes.ts";
import { nextProgram } from "./store.ts";

/** What a build is made of. Addresses and keys are read when the server runs, so none of them belongs here. */
const ingredients = ["src", "public", "next.config.ts", "package-lock.json", "tsconfig.json"];

const builds = join(stateDir, "builds");

/**
 * Secrets that are set while the store is built, as they are where people deploy. None may be found in a build:
 * tests/api/canaries.test.ts looks for them.
 */
export const buildCanaries: Environment = {
  SUPABASE_SECRET_KEY: "canary-of-the-build-supabase-secret-key",
  GUEST_COOKIE_SECRET: "canary-of-the-build-guest-cookie-secret",
  CRON_SECRET: "canary-of-the-build-cron-secret",
  STRIPE_SECRET_KEY: "sk_test_canary_of_the_build",
  STRIPE_WEBHOOK_SECRET: "whsec_canary_of_the_build",
  SMTP_URL: "smtp://canary-of-the-build:25",
};

/**
 * Builds the store for production, unless these very sources were built before. Each state of the sources has its
 * own folder: a run that serves an older build is not disturbed. Returns the environment in which Next finds it.
 */
export async function buildStore(): Promise<Environment> {
  const folder = join(builds, fingerprint());
  const where = { HOLDFAST_DIST_DIR: relative(root, folder) };
  const done = `${folder}.done`;
  mkdirSync(builds, { recursive: true });
  const unlock = await lock(`${folder}.lock`);
  try {
    if (existsSync(done)) return where;
    forgetOldBuilds(3);
    await build(folder, where);
    writeFileSync(done, "");
    return where;
  } finally {
    unlock();
  }
}

async function build(folder: string, where: Environment): Promise<void> {
  const types = join(root, "next-env.d.ts");
  const typesBefore = existsSync(types) ? readFileSync(types) : undefined;
  const tsconfig = { extends: "../../tsconfig.json", include: ["../../next-env.d.ts", "../../src"] };
  writeFileSync(`${folder}.tsconfig.json`, JSON.stringify(tsconfig));
  const env = { ...process.env, ...where, ...buildCanaries, NODE_ENV: "production" as const };
  try {
    await promisify(execFile)(process.execPath, [nextProgram, "build"], { cwd: root, env });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Problem(`The store could not be built:\n${stdout}${stderr}`);
  } finally {
    // The build points this file at its own folder; an editor and a running `npm run dev` want theirs.
    if (typesBefore) writeFileSync(types, typesBefore);
  }
}

/** Two test runs may start at once; the second waits and finds the build done. */
async function lock(file: string): Promise<() => void> {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: "wx" });
      return () => rmSync(file, { force: true });
    } catch {
      const holder = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
      if (holder > 0 && !isAlive(holder)) rmSync(file, { force: true });
      await sleep(200);
    }
  }
}

function forgetOldBuilds(keep: number): void {
  const finished = readdirSync(builds)
    .filter((name) => name.endsWith(".done"))
    .map((name) => join(builds, name))
    .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const done of finished.slice(keep)) {
    const folder = done.slice(0, -".done".length);
    for (const path of [done, `${folder}.tsconfig.json`, folder])
      rmSync(path, { recursive: true, force: true });
  }
}

function fingerprint(): string {
  const hash = createHash("sha256").update(process.version).update(JSON.stringify(buildCanaries));
  for (const file of ingredients.flatMap((name) => filesBelow(join(root, name)))) {
    hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 16);
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
