import { describe, expect, test } from "vitest";
import { isLocalAddress, type Level, type Patient, roleOfJwt } from "../../local/doctor/check.ts";
import { clockFinding } from "../../local/doctor/checks/api.ts";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine, exitCodeOf, textOf } from "../../local/doctor/examine.ts";
import type { Environment } from "../../local/environment.ts";
import { brokenDatabases } from "../doctor/broken-databases.ts";
import { brokenServices } from "../doctor/broken-services.ts";
import { brokenSettings, jwt, sound } from "../doctor/broken-settings.ts";

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

test.each(brokenSettings)("%s is found by name", async (_, changes, name, level) => {
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

test("every check has a name of its own, and a configuration that it is seen to find broken", () => {
  const names = checks.map(({ name }) => name);
  const broken = [
    ...brokenSettings.map(([, , name]) => name),
    ...brokenDatabases.map(([, , name]) => name),
    ...brokenServices.map(({ name }) => name),
  ];
  expect(names.toSorted()).toEqual([...new Set(broken)].toSorted());
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
