import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

// A project with signing keys of its own, as hosted Supabase has them: tokens are checked here, and nobody is asked.
// The local API signs with a shared secret, so this way is driven against a stand-in that serves the keys.

const ours = generateKeyPairSync("ec", { namedCurve: "P-256" });
const theirs = generateKeyPairSync("ec", { namedCurve: "P-256" });
const userId = "7b8a3f0e-3c1d-4c5e-9a51-0f6d2e7c1a11";

let questions: string[] = [];
let answerUser: (response: ServerResponse) => void = (response) => response.writeHead(403).end("{}");
const server = createServer((request: IncomingMessage, response) => {
  questions.push(request.url ?? "");
  if (!request.url?.endsWith("/jwks.json")) return answerUser(response);
  const key = {
    ...ours.publicKey.export({ format: "jwk" }),
    kid: "one",
    alg: "ES256",
    use: "sig",
    key_ops: ["verify"],
  };
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ keys: [key] }));
});

let userOfSession: typeof import("@/lib/auth/user-of-session").userOfSession;
let confirmedUser: typeof import("@/lib/auth/user-of-session").confirmedUser;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "sb_publishable_test");
  vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_test");
  vi.stubEnv("GUEST_COOKIE_SECRET", "thirty-two characters at the least");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_value");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_value");
  ({ userOfSession, confirmedUser } = await import("@/lib/auth/user-of-session"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
beforeEach(() => {
  questions = [];
  answerUser = (response) => response.writeHead(403, { "content-type": "application/json" }).end("{}");
});

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600;
const claims = (changes: object = {}) => ({
  sub: userId,
  role: "authenticated",
  email: "ada@example.test",
  session_id: userId,
  app_metadata: { provider: "email" },
  exp: inAnHour(),
  ...changes,
});

function token(payload: object, key: KeyObject = ours.privateKey, header: object = {}): string {
  const text = `${encoded({ alg: "ES256", kid: "one", typ: "JWT", ...header })}.${encoded(payload)}`;
  const signature = sign("sha256", Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${signature.toString("base64url")}`;
}

const jar = (accessToken: string, changes: object = {}) => {
  const session = { access_token: accessToken, refresh_token: "r", expires_at: inAnHour(), ...changes };
  return { getAll: () => [{ name: "holdfast_session", value: `base64-${encoded(session)}` }] };
};

describe("a token that the project signed", () => {
  it("is its user's, and the auth service is not asked about the user", async () => {
    expect(await userOfSession(jar(token(claims())))).toEqual({
      id: userId,
      email: "ada@example.test",
      isAdmin: false,
    });
    expect(questions.filter((url) => !url.endsWith("/jwks.json"))).toEqual([]);
  });

  it("makes an admin by app_metadata alone", async () => {
    const admin = { app_metadata: { role: "admin" } };
    expect(await userOfSession(jar(token(claims(admin))))).toMatchObject({ isAdmin: true });
    const user = { user_metadata: { role: "admin" }, user_role: "admin" };
    expect(await userOfSession(jar(token(claims(user))))).toMatchObject({ isAdmin: false });
  });
});

describe("nobody's is a token", () => {
  const forged: [string, () => string][] = [
    ["signed by somebody else", () => token(claims(), theirs.privateKey)],
    [
      "signed by somebody else, who names the project's key as an admin",
      () => token(claims({ app_metadata: { role: "admin" } }), theirs.privateKey),
    ],
    [
      "changed after it was signed",
      () => {
        const [header, , signature] = token(claims()).split(".");
        return [header, encoded(claims({ app_metadata: { role: "admin" } })), signature].join(".");
      },
    ],
    ["with alg none", () => `${encoded({ alg: "none", kid: "one" })}.${encoded(claims())}.`],
    ["without its signature", () => `${token(claims()).split(".").slice(0, 2).join(".")}.`],
    ["that is over", () => token(claims({ exp: 1_700_000_000 }))],
    ["without an end", () => token(claims({ exp: undefined }))],
    ["of a key that the project does not have", () => token(claims(), ours.privateKey, { kid: "two" })],
    ["of the role anon", () => token(claims({ role: "anon" }))],
    ["of the role service_role", () => token(claims({ role: "service_role" }))],
    ["without a user", () => token(claims({ sub: undefined }))],
    ["whose user is no id", () => token(claims({ sub: "1 or 1=1" }))],
  ];
  it.each(forged)("%s", async (_, forge) => {
    expect(await userOfSession(jar(forge()))).toBeNull();
  });
});

describe("where the auth service does not answer", () => {
  it.each([500, 502, 503, 429])("a question that ends in %i makes nobody a stranger", async (status) => {
    answerUser = (response) => response.writeHead(status, { "content-type": "application/json" }).end("{}");
    await expect(confirmedUser(jar(token(claims())))).rejects.toThrow(
      expect.objectContaining({ name: "AuthUnavailable" }),
    );
  });

  it("a session that is over and could not be renewed is not taken for a stranger's", async () => {
    const over = jar(token(claims()), { expires_at: 1_700_000_000 });
    await expect(userOfSession(over)).rejects.toThrow(expect.objectContaining({ name: "AuthUnavailable" }));
  });
});
