import { type CookieJar, isOver, readStoredSession } from "./session-cookie";
import { openSession, type SessionWrites } from "./session-writes";

/** Early enough that the token does not end while the request is under way; auth-js renews no earlier. */
const EARLY_SECONDS = 60;

/** As long as hosted Supabase takes a refresh token a second time, for those who ask a moment too late. */
const REMEMBERED_MS = 10_000;

const renewals = new Map<string, Promise<SessionWrites | null>>();

/**
 * Renews a session whose token ends, for the only place that calls this: the proxy, which can tell both the browser
 * and the handler. A session that was ended elsewhere is taken away. `null` where there is nothing to write, and
 * where the auth service does not answer: then the session stays as it is, and `userOfSession` says so.
 */
export async function refreshSession(jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const stored = await readStoredSession(jar);
  if (stored === null || !isOver(stored, EARLY_SECONDS)) return null;
  const { refresh_token: token } = stored;
  // A page asks for several things at once, and a refresh token is good for one of them: the others wait for it.
  const renewal = renewals.get(token) ?? renew(jar, secure);
  if (!renewals.has(token)) {
    renewals.set(token, renewal);
    setTimeout(() => renewals.delete(token), REMEMBERED_MS).unref();
  }
  return renewal;
}

async function renew(jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const { auth, writes } = openSession(jar, secure);
  await auth.getSession();
  return writes.cookies.length > 0 ? writes : null;
}
