import { type CookieMethodsServer, createServerClient } from "@supabase/ssr";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import { env } from "../env";
import type { Database } from "./database.types";
import { fetchWithCodes } from "./fetch-with-codes";

/** Longer than the functions' own lock_timeout (3 s), so that the database gives up first and says why. */
export const TIMEOUT_MS = 8_000;

const options = {
  // No repeats of its own: those would keep shoppers waiting for seconds, and press on a database that is down.
  db: { retry: false },
  global: { fetch: fetchWithCodes },
  auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
} as const;

/** The auth methods take no signal of ours, so the patience is built into their fetch. */
const patientFetch: typeof fetch = (input, init) =>
  fetch(input, {
    ...init,
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(init?.signal ? [init.signal] : [])]),
  });

let secret: SupabaseClient<Database> | undefined;
let publishable: SupabaseClient<Database> | undefined;
let auth: SupabaseClient<Database> | undefined;

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

/**
 * For questions about a token that is handed over, and for e-mails. Shared by all requests, so nobody may ever sign
 * in through it: whoever did would be everybody's user.
 */
export function authClient(): SupabaseClient<Database>["auth"] {
  const { NEXT_PUBLIC_SUPABASE_URL: url, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key } = env();
  auth ??= createClient<Database>(url, key, { ...options, global: { fetch: patientFetch } });
  return auth.auth;
}

/** Acts as the user whose session is in these cookies, and writes what becomes of it. One for each request. */
export function sessionClient(
  cookies: CookieMethodsServer,
  cookie: { name: string; secure: boolean },
): SupabaseClient<Database>["auth"] {
  const { NEXT_PUBLIC_SUPABASE_URL: url, NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: key } = env();
  // No script of ours reads the session, so none may: the browser talks to the store's own routes alone.
  const cookieOptions = { ...cookie, path: "/", sameSite: "lax", httpOnly: true } as const;
  return createServerClient<Database>(url, key, { cookies, cookieOptions, global: { fetch: patientFetch } })
    .auth;
}
