import { type CookieJar, isOver, readStoredSession } from "./session-cookie";
import { openSession, type SessionWrites } from "./session-writes";

/** Early enough that the token does not end while the request is under way; auth-js renews no earlier. */
const EARLY_SECONDS = 60;

/** As long as hosted Supabase takes a refresh token a second time, for those who ask a moment too late. */
const REMEMBERED_MS = 10_000;

/** auth-js asks for half a minute where the service is away. Nobody waits that long for a page. */
const PATIENCE_MS = 3_000;

const renewals = new Map<string, Promise<SessionWrites | null>>();

/**
 * Renews a session whose token ends, for the only place that calls this: the proxy, which can tell both the browser
 * and the handler. A session that was ended elsewhere is taken away. `null` where there is nothing to write, and
 * where the auth service does not answer in time: then the session stays as it is, and `userOfSession` says so.
 */
export async function refreshSession(jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const stored = await readStoredSession(jar);
  if (stored === null || !isOver(stored, EARLY_SECONDS)) return null;
  // A page asks for several things at once, and a refresh token is good for one of them: the others wait for it.
  const renewal = renewals.get(stored.refresh_token) ?? begin(stored.refresh_token, jar, secure);
  const patience = AbortSignal.timeout(PATIENCE_MS);
  return new Promise((resolve, reject) => {
    renewal.then(resolve, reject);
    // It goes on: whoever asks with this session next has what comes of it.
    patience.addEventListener("abort", () => resolve(null));
  });
}

function begin(token: string, jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const renewal = renew(jar, secure);
  renewals.set(token, renewal);
  const forget = () => renewals.delete(token);
  renewal.then((writes) => (writes ? setTimeout(forget, REMEMBERED_MS).unref() : forget()), forget);
  return renewal;
}

async function renew(jar: CookieJar, secure: boolean): Promise<SessionWrites | null> {
  const { auth, writes } = openSession(jar, secure);
  await auth.getSession();
  return writes.cookies.length > 0 ? writes : null;
}
