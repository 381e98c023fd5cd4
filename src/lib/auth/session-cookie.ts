import { combineChunks, stringFromBase64URL } from "@supabase/ssr";
import { z } from "zod";

/** A long session is cut into `holdfast_session.0`, `holdfast_session.1` and so on. */
export const SESSION_COOKIE = "holdfast_session";

/** Thirty days without a visit sign a user out of this browser, as they make a guest a stranger. */
export const SESSION_COOKIE_SECONDS = 30 * 24 * 60 * 60;

/** The cookies of a request, in a handler, in a page or in the proxy. */
export type CookieJar = { getAll(): { name: string; value: string }[] };

const StoredSessionSchema = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1),
  /** Seconds since 1970, as the sign-in said; only a hint of when to ask for a new token. */
  expires_at: z.number().optional(),
});
export type StoredSession = z.infer<typeof StoredSessionSchema>;

/** Whether the token of this session ends within so many seconds. */
export function isOver({ expires_at }: StoredSession, withinSeconds = 0): boolean {
  return expires_at !== undefined && expires_at * 1000 <= Date.now() + withinSeconds * 1000;
}

const PREFIX = "base64-";

/** What @supabase/ssr wrote, not verified: `null` where there is nothing, or nothing that can be read. */
export async function readStoredSession(jar: CookieJar): Promise<StoredSession | null> {
  const cookies = new Map(jar.getAll().map(({ name, value }) => [name, value]));
  const text = await combineChunks(SESSION_COOKIE, (name) => cookies.get(name));
  if (!text?.startsWith(PREFIX)) return null;
  try {
    return StoredSessionSchema.parse(JSON.parse(stringFromBase64URL(text.slice(PREFIX.length))));
  } catch {
    return null;
  }
}
