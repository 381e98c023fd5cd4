import { describe, expect, test } from "vitest";
import { isLocalAddress, type Level, type Patient, roleOfJwt } from "../../local/doctor/check.ts";
import { clockFinding } from "../../local/doctor/checks/api.ts";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine, exitCodeOf, textOf } from "../../local/doctor/examine.ts";
import type { Environment } from "../../local/environment.ts";

const jwt = (role: string) =>
  `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ role, iss: "supabase" })).toString("base64url")}.c2ln`;
const random = (seed: string) => `${seed}-Xk29vQpL0aTz7RbN4wEyC8mUdH1`;

/** A shop as it should be deployed. */
const sound: Environment = {
  NEXT_PUBLIC_SUPABASE_URL: "https://abc.supabase.co",
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_abc",
  SUPABASE_SECRET_KEY: "sb_secret_abcdefgh",
  GUEST_COOKIE_SECRET: random("guest"),
  CRON_SECRET: random("cron"),
  STRIPE_SECRET_KEY: "sk_live_abcdefgh",
  STRIPE_WEBHOOK_SECRET: "whsec_abcdefgh",
  SMTP_URL: "smtps://user:pass@mail.example:465",
  MAIL_FROM: "Shop <orders@shop.example>",
  ALERT_WEBHOOK_URL: "https://alerts.example/hook",
  TRUSTED_PROXY_HEADER: "x-real-ip",
};

async function look(changes: Environment = {}, patient: Partial<Patient> = {}) {
  const all = {
    settings: { ...sound, ...changes },
    isProduction: true,
    localSecrets: ["a-key-of-the-local-stack"],
    migrations: [],
    now: Date.now,
    ...patient,
  };
  // What needs somebody to ask is looked at elsewhere.
  const report = await examine(
    checks.filter(({ needs }) => !needs),
    all,
  );
  return {
    report,
    found: report.flatMap(({ name, findings }) =>
      findings.filter(({ level }) => level !== "ok").map(({ level }): [string, Level] => [name, level]),
    ),
  };
}

test("a sound configuration has no findings", async () => {
  const { found, report } = await look();
  expect(found).toEqual([]);
  expect(exitCodeOf(report, true)).toBe(0);
});

const gone = (...names: string[]): Environment => Object.fromEntries(names.map((name) => [name, undefined]));

test.each<[string, Environment, string, Level]>([
  ["no project", gone("NEXT_PUBLIC_SUPABASE_URL"), "supabase-settings", "problem"],
  ["a project that is no address", { NEXT_PUBLIC_SUPABASE_URL: "abc" }, "supabase-settings", "problem"],
  [
    "a project without https",
    { NEXT_PUBLIC_SUPABASE_URL: "http://db.shop.example" },
    "supabase-settings",
    "problem",
  ],
  ["no secret key", gone("SUPABASE_SECRET_KEY"), "supabase-settings", "problem"],
  [
    "the secret key in public",
    { NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_secret_other" },
    "publishable-key",
    "problem",
  ],
  [
    "an old secret key in public",
    { NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: jwt("service_role") },
    "publishable-key",
    "problem",
  ],
  [
    "something else as the publishable key",
    { NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "abc" },
    "publishable-key",
    "problem",
  ],
  [
    "the publishable key as the secret one",
    { SUPABASE_SECRET_KEY: "sb_publishable_abc" },
    "secret-key",
    "problem",
  ],
  ["an old publishable key as the secret one", { SUPABASE_SECRET_KEY: jwt("anon") }, "secret-key", "problem"],
  ["a key of the local stack", { CRON_SECRET: "a-key-of-the-local-stack" }, "local-keys", "problem"],
  ["the local mailbox", { SMTP_URL: "smtp://127.0.0.1:54345" }, "stand-ins", "problem"],
  [
    "a stand-in that takes the money",
    { STRIPE_API_URL: "http://localhost:12111" },
    "stripe-address",
    "problem",
  ],
  ["a local project", { NEXT_PUBLIC_SUPABASE_URL: "https://localhost:54321" }, "stand-ins", "problem"],
  ["no secret for guests' cookies", gone("GUEST_COOKIE_SECRET"), "guest-cookie-secret", "problem"],
  ["a short one", { GUEST_COOKIE_SECRET: "aB3dE5fG7h" }, "guest-cookie-secret", "problem"],
  ["a dull one", { GUEST_COOKIE_SECRET: "a".repeat(40) }, "guest-cookie-secret", "problem"],
  [
    "one from an example",
    { GUEST_COOKIE_SECRET: `change-me-${random("x")}` },
    "guest-cookie-secret",
    "problem",
  ],
  ["no cron secret", gone("CRON_SECRET"), "cron-secret", "problem"],
  ["an empty cron secret", { CRON_SECRET: "" }, "cron-secret", "problem"],
  ["a short cron secret", { CRON_SECRET: "aB3dE5fG7h9jK1m" }, "cron-secret", "problem"],
  ["a cron secret with a blank", { CRON_SECRET: `${random("c")} ` }, "cron-secret", "problem"],
  ["a secret in public", { NEXT_PUBLIC_KEY: "sk_live_other" }, "public-secrets", "problem"],
  ["another name's secret in public", { NEXT_PUBLIC_X: random("cron") }, "public-secrets", "problem"],
  ["a connection string in public", { NEXT_PUBLIC_DB: "postgresql://u:p@h/db" }, "public-secrets", "problem"],
  ["one secret for two things", { CRON_SECRET: random("guest") }, "shared-secrets", "problem"],
  ["no key of Stripe", gone("STRIPE_SECRET_KEY"), "stripe-key", "problem"],
  ["Stripe's publishable key", { STRIPE_SECRET_KEY: "pk_live_abc" }, "stripe-key", "problem"],
  ["Stripe's test mode", { STRIPE_SECRET_KEY: "sk_test_abc" }, "stripe-key", "warning"],
  ["no webhook secret", gone("STRIPE_WEBHOOK_SECRET"), "stripe-webhook-secret", "problem"],
  [
    "something else as webhook secret",
    { STRIPE_WEBHOOK_SECRET: "sk_live_x" },
    "stripe-webhook-secret",
    "problem",
  ],
  ["no mail server", gone("SMTP_URL"), "mail", "warning"],
  ["no sender", gone("MAIL_FROM"), "mail", "problem"],
  ["a web address as mail server", { SMTP_URL: "https://mail.example" }, "mail", "problem"],
  ["nobody told of alerts", gone("ALERT_WEBHOOK_URL"), "alerts", "warning"],
  ["alerts in the clear", { ALERT_WEBHOOK_URL: "http://alerts.example" }, "alerts", "problem"],
  [
    "alerts by mail without mail",
    { ...gone("SMTP_URL"), ALERT_EMAIL: "ops@shop.example" },
    "alerts",
    "problem",
  ],
  ["no proxy's header", gone("TRUSTED_PROXY_HEADER"), "proxy-header", "warning"],
  ["no name of a header", { TRUSTED_PROXY_HEADER: "x real ip" }, "proxy-header", "problem"],
])("%s is found by name", async (_, changes, name, level) => {
  const { found, report } = await look(changes);
  expect(found).toContainEqual([name, level]);
  expect(exitCodeOf(report)).toBe(level === "problem" ? 1 : 0);
  expect(exitCodeOf(report, true)).toBe(1);
  const text = textOf(report);
  for (const value of Object.values({ ...sound, ...changes })) {
    if (value && /secret|^sk_|whsec|Xk29/.test(value))
      expect(text, "no value of a setting").not.toContain(value);
  }
});

describe("for trying", () => {
  const local: Environment = {
    NEXT_PUBLIC_SUPABASE_URL: "http://127.0.0.1:54321",
    STRIPE_SECRET_KEY: "sk_test_standin",
    STRIPE_API_URL: "http://127.0.0.1:12111",
    SMTP_URL: "smtp://127.0.0.1:54345",
    ALERT_WEBHOOK_URL: undefined,
    TRUSTED_PROXY_HEADER: undefined,
  };

  test("stand-ins and local keys are as meant", async () => {
    const { found } = await look(
      { ...local, CRON_SECRET: "a-key-of-the-local-stack" },
      { isProduction: false },
    );
    expect(found).toEqual([]);
  });

  test("Stripe's live mode is not", async () => {
    const { found } = await look({ ...local, STRIPE_SECRET_KEY: "sk_live_x" }, { isProduction: false });
    expect(found).toEqual([["stripe-key", "problem"]]);
  });
});

test("a check that breaks is a problem of its own and stops no other, and repeats no secret", async () => {
  const breaking = {
    name: "breaking",
    examine: () => Promise.reject(new Error(`connect as ${sound.SUPABASE_SECRET_KEY} failed`)),
  };
  const last = checks.filter(({ name }) => name === "mail");
  const report = await examine([breaking, ...last], {
    settings: sound,
    isProduction: true,
    localSecrets: [],
    migrations: [],
    now: Date.now,
  });
  expect(report.map(({ findings }) => findings[0]?.level)).toEqual(["problem", "ok"]);
  expect(textOf(report)).toContain("connect as [setting] failed");
  expect(exitCodeOf(report)).toBe(1);
});

test("what cannot be examined is said, and is no problem", async () => {
  const report = await examine(checks, {
    settings: {},
    isProduction: true,
    localSecrets: [],
    migrations: [],
    now: Date.now,
  });
  const skipped = report.filter(({ findings }) => findings.every(({ level }) => level === "skipped"));
  expect(skipped.map(({ name }) => name)).toEqual(
    checks.filter(({ needs }) => needs).map(({ name }) => name),
  );
});

test("every check has a name of its own", () => {
  const names = checks.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  ["the same second", 100_000, 100_400, 100_500, "ok"],
  ["a minute behind", 100_000, 160_000, 160_100, "ok"],
  ["two minutes behind", 100_000, 221_100, 221_200, "problem"],
  ["two minutes ahead", 220_000, 100_000, 100_100, "problem"],
])("a clock: %s", (_, there, before, after, level) => {
  expect(clockFinding(there, before, after, true).level).toBe(level);
});

test.each([
  ["http://localhost:3000", true],
  ["http://127.0.0.1:54321", true],
  ["smtp://mail.local:25", true],
  ["https://abc.supabase.co", false],
  ["https://localhost.example", false],
  ["none", false],
])("%s leads to this machine: %s", (url, isLocal) => {
  expect(isLocalAddress(url)).toBe(isLocal);
});

test("the role of an old key is read, of anything else there is none", () => {
  expect(roleOfJwt(jwt("anon"))).toBe("anon");
  for (const key of ["", "sb_secret_x", "eyJ.eyJ.x", "eyJhbGciOiJIUzI1NiJ9.bm9uZQ.x"]) {
    expect(roleOfJwt(key)).toBeUndefined();
  }
});
