import { serializeCookieHeader } from "@supabase/ssr";
import { sessionClient } from "../supabase/clients";
import { type CookieJar, SESSION_COOKIE, SESSION_COOKIE_SECONDS } from "./session-cookie";

/** What a change of the session asks of the answer: cookies, and headers that keep caches away from them. */
export type SessionWrites = {
  cookies: { name: string; value: string }[];
  /** The same as `Set-Cookie` says it. */
  setCookies: string[];
  headers: Record<string, string>;
};

/** The browser's session, and a list of what becomes of it. `writes` is complete when a call of `auth` has ended. */
export function openSession(jar: CookieJar, secure: boolean) {
  const writes: SessionWrites = { cookies: [], setCookies: [], headers: {} };
  const auth = sessionClient(
    {
      getAll: () => jar.getAll(),
      setAll: (cookies, headers) => {
        for (const { name, value, options } of cookies) {
          writes.cookies.push({ name, value });
          // @supabase/ssr keeps a session for 400 days, whatever it is asked for.
          const maxAge = value === "" ? 0 : SESSION_COOKIE_SECONDS;
          writes.setCookies.push(serializeCookieHeader(name, value, { ...options, maxAge }));
        }
        Object.assign(writes.headers, headers);
      },
    },
    { name: SESSION_COOKIE, secure },
  );
  return { auth, writes };
}

/** A session that leaves no trace in any browser: for what only proves who somebody is. */
export const emptyJar: CookieJar = { getAll: () => [] };

/** Takes every piece of the session out of the browser, whatever the auth service says to that. */
export function forgottenSession(jar: CookieJar): string[] {
  return jar
    .getAll()
    .filter(({ name }) => name === SESSION_COOKIE || name.startsWith(`${SESSION_COOKIE}.`))
    .map(({ name }) => `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`);
}
