import { logError } from "../log";
import type { CookieJar } from "./session-cookie";
import { forgottenSession, openSession } from "./session-writes";

/** Ends this browser's session and answers the cookies that take it away. Always succeeds for the browser. */
export async function signOut(jar: CookieJar, secure: boolean): Promise<string[]> {
  const cookies = forgottenSession(jar);
  if (cookies.length === 0) return [];
  const { error } = await openSession(jar, secure).auth.signOut({ scope: "local" });
  // The session lives on at the auth service until it ends by itself; the browser has nothing of it.
  if (error) logError("session_not_revoked", { message: error.message, status: error.status });
  return cookies;
}
