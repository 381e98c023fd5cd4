import { expect, test } from "vitest";
import { checks } from "../../local/doctor/checks/index.ts";
import { examine } from "../../local/doctor/examine.ts";
import type { Environment } from "../../local/environment.ts";
import { storeKeys } from "../support/api-client.ts";
import { storeUrl, supabaseApi, useStoreDatabase } from "../support/store.ts";

const sql = useStoreDatabase();

async function found(changes: Environment = {}, { isProduction = false, url = storeUrl() } = {}) {
  const { url: api, publishableKey, secretKey } = supabaseApi();
  const settings = {
    NEXT_PUBLIC_SUPABASE_URL: api,
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: publishableKey,
    SUPABASE_SECRET_KEY: secretKey,
    CRON_SECRET: storeKeys().cronSecret,
    ...changes,
  };
  const report = await examine(
    checks.filter(({ needs }) => needs === "api" || needs === "store"),
    { settings, isProduction, localSecrets: [], migrations: [], now: Date.now, storeUrl: url },
  );
  return report.flatMap(({ name, findings }) =>
    findings.filter(({ level }) => level !== "ok").map(({ level }) => `${name}: ${level}`),
  );
}

test("a sound store has no findings", async () => {
  expect(await found()).toEqual([]);
});

test("for real shoppers the demo accounts are found, and that the store does without https", async () => {
  expect(await found({}, { isProduction: true })).toEqual([
    "demo-accounts: problem",
    "store-health: problem",
  ]);
});

test.each<[string, () => Environment, string]>([
  [
    "another project's secret key",
    () => ({ SUPABASE_SECRET_KEY: "sb_secret_of_another" }),
    "settings-row: problem",
  ],
  [
    "another project's publishable key",
    () => ({ NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_of_another" }),
    "exposed-tables: problem",
  ],
  [
    "the secret key in public",
    () => ({ NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabaseApi().secretKey }),
    "exposed-tables: problem",
  ],
  [
    "functions that anybody may call",
    () => ({ NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: supabaseApi().secretKey }),
    "exposed-functions: problem",
  ],
  [
    "a project that is away",
    () => ({ NEXT_PUBLIC_SUPABASE_URL: "http://127.0.0.1:1" }),
    "settings-row: problem",
  ],
  ["another cron secret than the store's", () => ({ CRON_SECRET: "x".repeat(32) }), "store-cron: problem"],
])("%s is found by name", async (_, changes, finding) => {
  expect(await found(changes())).toContain(finding);
});

test("a table that was granted to browsers is found by name", async () => {
  await sql`grant select on stock_levels to anon`;
  await sql`create policy for_a_test on stock_levels for select to anon using (true)`;
  try {
    expect(await found()).toContain("exposed-tables: problem");
  } finally {
    await sql`drop policy for_a_test on stock_levels`;
    await sql`revoke select on stock_levels from anon`;
  }
});

test("a store that is away is found by name", async () => {
  expect(await found({}, { url: "http://127.0.0.1:1" })).toEqual([
    "store-health: problem",
    "store-cron: problem",
  ]);
});
