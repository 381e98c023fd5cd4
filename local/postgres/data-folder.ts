import { rmSync } from "node:fs";
import { join } from "node:path";
import { cloneId, stateDir } from "../paths.ts";
import { isReachable, postgresAccount } from "./account.ts";
import { sharedFolder } from "./binaries.ts";

/** Where this clone's data lives: inside it, or, when its Postgres account cannot reach in there, outside. */
export function dataFolder(): string {
  const inside = join(stateDir, "postgres");
  return isReachable(stateDir, postgresAccount(inside)) ? inside : join(sharedFolder, cloneId, "postgres");
}

/** Forgets all data. The server must be stopped. */
export function removeData(dataDir: string): void {
  for (const path of [dataDir, `${dataDir}.new`, `${dataDir}.password`]) {
    rmSync(path, { recursive: true, force: true });
  }
}
