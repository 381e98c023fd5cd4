import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { env } from "../env";
import type { Database } from "./database.types";

/** Longer than the functions' own lock_timeout (3 s), so that the database gives up first and says why. */
export const TIMEOUT_MS = 8_000;

const options = {
  // One attempt: to repeat reads would keep shoppers waiting for seconds, and press on a database that is down.
  db: { retry: false },
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
} as const;

let secret: SupabaseClient<Database> | undefined;
let publishable: SupabaseClient<Database> | undefined;

/** Acts with the secret key: the only client that may call the reservation functions. Never leaves the server. */
export function secretClient(): SupabaseClient<Database> {
  const { NEXT_PUBLIC_SUPABASE_URL: url, SUPABASE_SECRET_KEY: key } = env();
  secret ??= createClient<Database>(url, key, options);
  return secret;
}

/** Acts as `anon`: sees what row-level security shows to everybody. For the catalogue. */
export function publicClient(): SupabaseClient<Database> {
  const { NEXT_PUBLIC_SUPABASE_URL: url, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key } = env();
  publishable ??= createClient<Database>(url, key, options);
  return publishable;
}
