import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

// An auth service that is away, or takes its time, as the local one never does.

let answer: (response: ServerResponse) => void = () => {};
let asked = 0;
const server = createServer((_, response) => {
  asked++;
  answer(response);
});

let refreshSession: typeof import("@/lib/auth/refresh-session").refreshSession;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "sb_publishable_test");
  vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_test");
  vi.stubEnv("GUEST_COOKIE_SECRET", "thirty-two characters at the least");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_value");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_value");
  ({ refreshSession } = await import("@/lib/auth/refresh-session"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const token = `${encoded({ alg: "HS256", typ: "JWT" })}.${encoded({ sub: "somebody" })}.c2ln`;

/** The cookies of a browser whose token ended a minute ago. */
function endedSession(refreshToken: string) {
  const expires_at = Math.floor(Date.now() / 1000) - 60;
  const stored = { access_token: token, refresh_token: refreshToken, expires_at, token_type: "bearer" };
  return { getAll: () => [{ name: "holdfast_session", value: `base64-${encoded(stored)}` }] };
}

const renewed = (response: ServerResponse) =>
  response.writeHead(200, { "content-type": "application/json" }).end(
    JSON.stringify({
      access_token: token,
      refresh_token: "new",
      token_type: "bearer",
      expires_in: 3600,
      user: { id: "somebody" },
    }),
  );

it("does not keep a page waiting for an auth service that is slow, and has what came of it for the next", async () => {
  const open: ServerResponse[] = [];
  answer = (response) => open.push(response);
  const jar = endedSession("slow");
  expect(await refreshSession(jar, false)).toBeNull();
  const next = refreshSession(jar, false);
  for (const response of open) renewed(response);
  expect((await next)?.cookies.map(({ name }) => name)).toEqual(["holdfast_session"]);
  expect(asked).toBe(1);
});

it("asks once for a page that asks for several things", async () => {
  asked = 0;
  answer = renewed;
  const jar = endedSession("at once");
  const all = await Promise.all([1, 2, 3].map(() => refreshSession(jar, true)));
  expect(new Set(all).size).toBe(1);
  expect(all[0]?.setCookies[0]).toContain("Secure");
  expect(asked).toBe(1);
});
