import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { join } from "node:path";

/** The clone, wherever the command was typed. */
export const root = realpathSync(join(import.meta.dirname, ".."));

/** Everything that a run leaves behind, ignored by git. */
export const stateDir = join(root, ".local");
export const logDir = join(stateDir, "logs");

export const migrationsDir = join(root, "supabase", "migrations");
/** The shop, which may go to a hosted project, and accounts with known passwords, which may not. */
export const seedFiles = [
  join(root, "supabase", "seed.sql"),
  join(root, "local", "database", "demo-accounts.sql"),
];

/** A short name of this clone, for what has to live outside of it. */
export const cloneId = createHash("sha256").update(root).digest("hex").slice(0, 12);
