import type { Level } from "../../local/doctor/check.ts";
import type { Environment } from "../../local/environment.ts";

/** An old key of Supabase, which is a JWT. */
export const jwt = (role: string) =>
  `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ role, iss: "supabase" })).toString("base64url")}.c2ln`;

const random = (seed: string) => `${seed}-Xk29vQpL0aTz7RbN4wEyC8mUdH1`;

/** A shop as it should be deployed. */
export const sound: Environment = {
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

const gone = (...names: string[]): Environment => Object.fromEntries(names.map((name) => [name, undefined]));

/** Settings that are broken, each in one way, and the check that has to say so. */
export const brokenSettings: [what: string, changes: Environment, name: string, level: Level][] = [
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
];
