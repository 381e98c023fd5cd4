import { type CookieJar, isOver, readStoredSession } from "./session-cookie";
import { openSession, type SessionWrites } from "./session-writes";

/** Early enough that the token does not end while the request is under way; auth-js renews no earlier. */
const EARLY_SECONDS = 60;

/**
 * Renews a session whose token ends, for the only place that calls this: the proxy, which can tell both the browser
 * and the handler. A session that was ended elsewhere is taken away. `null` where there is nothing to write, and
 * where the auth service does not answer: then the session stays as it is, and `userOfSession` says so.
 */
export async function refreshSession(jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const stored = await readStoredSession(jar);
  if (stored === null || !isOver(stored, EARLY_SECONDS)) return null;
  const { auth, writes } = openSession(jar, secure);
  await auth.getSession();
  return writes.cookies.length > 0 ? writes : null;
}
