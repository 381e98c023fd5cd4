import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Problem } from "../problem.ts";

/** Whom Postgres runs as. Nobody in particular (`{}`) unless we are root, whom it refuses. */
export type Account = { uid: number; gid: number } | Record<string, never>;

export const isRoot = process.getuid?.() === 0;

/**
 * Root cannot run Postgres, so root lends it to the owner of the data, if there is one yet, or else to an account
 * that every Unix already has.
 */
export function postgresAccount(dataDir?: string): Account {
  if (!isRoot) return {};
  if (dataDir && existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  }
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => numericId(flag, name));
    if (uid && gid) return { uid, gid };
  }
  throw new Problem("Postgres refuses to run as root: run this as an ordinary user.");
}

function numericId(flag: string, name: string): number | undefined {
  try {
    return Number(
      execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
    );
  } catch {
    return undefined;
  }
}

/** True when the account could walk down to this folder: every folder above lets others through. */
export function isReachable(folder: string, account: Account): boolean {
  if (!("uid" in account)) return true;
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(at)) {
      const { mode, uid } = statSync(at);
      const through = uid === account.uid ? 0o100 : 0o001;
      if ((mode & through) === 0) return false;
    }
    if (at === dirname(at)) return true;
  }
}

/** Makes the folder and hands it to the account. Parents keep their owner and stay open to walk through. */
export function ownedFolder(folder: string, account: Account): string {
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if ("uid" in account) chownSync(folder, account.uid, account.gid);
  return folder;
}

/** A new temporary folder that the account owns and can reach, even if root's TMPDIR is private. */
export function temporaryFolder(account: Account): string {
  const parent = isReachable(tmpdir(), account) ? tmpdir() : "/tmp";
  return ownedFolder(mkdtempSync(join(parent, "holdfast-")), account);
}
