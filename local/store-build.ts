import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { type Environment, storeEnvironment } from "./environment.ts";
import type { Keys } from "./keys.ts";
import { root, stateDir } from "./paths.ts";
import { Problem } from "./problem.ts";
import { nextProgram } from "./store.ts";

/** What a build is made of. A page that is rendered while building may show seeded data, so that counts too. */
const ingredients = ["src", "public", "supabase", "next.config.ts", "package-lock.json", "tsconfig.json"];

/**
 * Builds the store for production into a folder of its own, unless nothing changed since the last time.
 * Returns the environment in which `next start` finds that build.
 */
export async function buildStore(keys: Keys, apiUrl: string): Promise<Environment> {
  const folder = join(stateDir, "store");
  const where = { HOLDFAST_DIST_DIR: relative(root, folder) };
  const stampFile = join(stateDir, "store.stamp");
  const stamp = fingerprint(apiUrl + JSON.stringify(keys));
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return where;

  rmSync(stampFile, { force: true });
  mkdirSync(stateDir, { recursive: true });
  const tsconfig = { extends: "../tsconfig.json", include: ["../next-env.d.ts", "../src"] };
  writeFileSync(`${folder}.tsconfig.json`, JSON.stringify(tsconfig));
  const types = join(root, "next-env.d.ts");
  const typesBefore = existsSync(types) ? readFileSync(types) : undefined;
  const env = { ...process.env, ...storeEnvironment(keys, apiUrl, {}), ...where };
  delete (env as Environment).NODE_ENV;
  try {
    await promisify(execFile)(process.execPath, [nextProgram, "build"], { cwd: root, env });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Problem(`The store could not be built:\n${stdout}${stderr}`);
  } finally {
    // The build points this file at its own folder; an editor and a running `npm run dev` want theirs.
    if (typesBefore) writeFileSync(types, typesBefore);
  }
  writeFileSync(stampFile, stamp);
  return where;
}

function fingerprint(settings: string): string {
  const hash = createHash("sha256").update(settings).update(process.version);
  for (const ingredient of ingredients) {
    for (const file of filesBelow(join(root, ingredient))) {
      hash.update(relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

function filesBelow(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
