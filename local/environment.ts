import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import type { Keys } from "./keys.ts";
import { Problem } from "./problem.ts";

export type Environment = Record<string, string | undefined>;

/** The files that `next dev` reads, the strongest last. */
const files = [".env", ".env.development", ".env.local", ".env.development.local"];

/** What `next dev` will see: its files, and stronger than those the shell. */
export function readEnvironment(folder: string, shell: Environment): Environment {
  const fromFiles = files
    .map((file) => join(folder, file))
    .filter((path) => existsSync(path))
    .map((path) => parseEnv(readFileSync(path, "utf8")));
  return Object.assign({}, ...fromFiles, shell);
}

const hosted = ["NEXT_PUBLIC_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "SUPABASE_SECRET_KEY"];

/**
 * Whether a Supabase project is given, so that the stand-ins stay off. Half of one is refused by name: with a
 * wrong guess a developer's test orders would land in the wrong database.
 */
export function usesHostedSupabase(environment: Environment): boolean {
  const missing = hosted.filter((name) => !environment[name]);
  if (missing.length === hosted.length) return false;
  if (missing.length === 0) return true;
  throw new Problem(
    `Supabase settings are incomplete, ${missing.join(" and ")} missing: set all three of ${hosted.join(", ")} (in .env.local) to use a Supabase project, or none for the local one.`,
  );
}

/** What the store reads, with a local stack behind it. Values that somebody set stay as they are. */
export function storeEnvironment(keys: Keys, apiUrl: string | undefined, set: Environment): Environment {
  return {
    GUEST_COOKIE_SECRET: set.GUEST_COOKIE_SECRET || keys.guestCookieSecret,
    CRON_SECRET: set.CRON_SECRET || keys.cronSecret,
    ...(apiUrl && {
      NEXT_PUBLIC_SUPABASE_URL: apiUrl,
      NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
      SUPABASE_SECRET_KEY: keys.secretKey,
    }),
  };
}
