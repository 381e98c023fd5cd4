import { NextRequest } from "next/server";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readStoredSession } from "@/lib/auth/session-cookie";
import { signedIn } from "@/lib/http/signed-in";

// A session is one cookie or several, by its length. The one before may have had other cookies than the new one.

beforeAll(() => {
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", "http://127.0.0.1:1");
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "sb_publishable_test");
  vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_test");
  vi.stubEnv("GUEST_COOKIE_SECRET", "thirty-two characters at the least");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_value");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_value");
});
afterAll(() => vi.unstubAllEnvs());

const NAME = "holdfast_session";

/** The cookies of a session that was cut into so many pieces; one is not cut. */
function sessionOf(token: string, pieces: number): { name: string; value: string }[] {
  const stored = JSON.stringify({ access_token: token, refresh_token: "r" });
  const text = `base64-${Buffer.from(stored).toString("base64url")}`;
  if (pieces === 1) return [{ name: NAME, value: text }];
  const length = Math.ceil(text.length / pieces);
  return Array.from({ length: pieces }, (_, nth) => ({
    name: `${NAME}.${nth}`,
    value: text.slice(nth * length, (nth + 1) * length),
  }));
}

it.each([
  [1, 2],
  [2, 1],
  [3, 2],
  [2, 3],
  [2, 2],
])("whoever signs in over a session of %i cookies with one of %i is the new user", async (before, after) => {
  const jar = new Map(sessionOf("old", before).map(({ name, value }) => [name, value]));
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
  const cookies = sessionOf("new", after);
  const answer = signedIn(new NextRequest("http://shop.test/api/auth/sign-in", { headers: { cookie } }), {
    ok: true,
    user: { id: "7b8a3f0e-3c1d-4c5e-9a51-0f6d2e7c1a11", email: "ada@example.test", isAdmin: false },
    moved: 0,
    merged: 0,
    writes: {
      cookies,
      setCookies: cookies.map(({ name, value }) => `${name}=${value}; Path=/`),
      headers: {},
    },
  });
  // As a browser keeps them, in the order in which they come.
  for (const set of answer.headers.getSetCookie()) {
    const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
    if (value === "") jar.delete(name);
    else jar.set(name, value);
  }
  const all = [...jar].map(([name, value]) => ({ name, value }));
  expect(await readStoredSession({ getAll: () => all })).toMatchObject({ access_token: "new" });
});
