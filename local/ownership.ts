import { accessSync, constants, existsSync, lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { isRoot } from "./postgres/account.ts";
import { Problem } from "./problem.ts";

/**
 * Whoever ran this as root once left files that nobody else can write, deep in places where the failure would be
 * Next's or Postgres' and say nothing. Looked for at the start, as far down as they lie.
 */
export function refuseForeignFiles(folder: string): void {
  if (isRoot) return;
  for (const name of [".local", ".next"]) {
    const closed = findClosed(join(folder, name), 3);
    if (!closed) continue;
    throw new Problem(
      `${relative(folder, closed)} belongs to another account, so this was run as root before: run it as root again, or start over without its data: sudo rm -rf .local .next`,
    );
  }
}

function findClosed(path: string, depth: number): string | undefined {
  if (!existsSync(path) || lstatSync(path).isSymbolicLink()) return undefined;
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return path;
  }
  if (depth === 0 || !lstatSync(path).isDirectory()) return undefined;
  for (const entry of readdirSync(path)) {
    const closed = findClosed(join(path, entry), depth - 1);
    if (closed) return closed;
  }
  return undefined;
}
