import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

// Errors of the auth service that the local one never gives: a stand-in says them.

let refusal = "";
const server = createServer((request, response) => {
  const isAuth = request.url?.startsWith("/auth/");
  const body = isAuth ? { code: refusal, message: "said by the auth service" } : { outcome: "counted" };
  response
    .writeHead(isAuth ? 400 : 200, {
      "content-type": "application/json",
      "x-supabase-api-version": "2024-01-01",
    })
    .end(JSON.stringify(body));
});

let signUp: typeof import("@/lib/auth/sign-up").signUp;
let sendCode: typeof import("@/lib/auth/send-code").sendCode;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY", "sb_publishable_test");
  vi.stubEnv("SUPABASE_SECRET_KEY", "sb_secret_test");
  vi.stubEnv("GUEST_COOKIE_SECRET", "thirty-two characters at the least");
  vi.stubEnv("STRIPE_SECRET_KEY", "sk_test_value");
  vi.stubEnv("STRIPE_WEBHOOK_SECRET", "whsec_value");
  ({ signUp } = await import("@/lib/auth/sign-up"));
  ({ sendCode } = await import("@/lib/auth/send-code"));
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

const email = "ada@example.com";

it.each(["email_address_invalid", "validation_failed"])(
  "takes an address that the auth service calls %s for a fault of the input, not of ours",
  async (code) => {
    refusal = code;
    expect(await signUp({ email, password: "long enough" })).toEqual({
      ok: false,
      code: "validation_failed",
    });
    expect(await sendCode(email)).toEqual({ ok: true });
  },
);

it.each([
  ["user_already_exists", { ok: true, outcome: "code_sent" }],
  ["weak_password", { ok: false, code: "weak_password" }],
  ["signup_disabled", { ok: false, code: "sign_up_closed" }],
])("answers %s in our words", async (code, answer) => {
  refusal = code;
  expect(await signUp({ email, password: "long enough" })).toEqual(answer);
});

it("does not hide what nobody foresaw", async () => {
  refusal = "something_new";
  await expect(signUp({ email, password: "long enough" })).rejects.toThrow("said by the auth service");
});
