import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { checks } from "../../local/doctor/checks/index.ts";
import { type Environment, storeEnvironment } from "../../local/environment.ts";
import { generateKeys } from "../../local/keys.ts";
import { storeKeys } from "../support/api-client.ts";
import { npmRun } from "../support/npm-run.ts";
import { standInEnvironment } from "../support/stand-ins.ts";
import { storeUrl, supabaseApi } from "../support/store.ts";

// `npm run doctor` as a person types it, against a real API, a real database and a real store.

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-doctor-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function doctor(changes: Environment = {}, ...more: string[]) {
  const settings = {
    ...storeEnvironment(storeKeys(), supabaseApi().url, {}),
    ...standInEnvironment(),
    ...changes,
  };
  const file = join(folder, "settings.env");
  writeFileSync(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
  );
  const args = ["--env-file", file, "--db-url", inject("databaseUrl"), "--url", storeUrl(), ...more];
  const { code, output } = await npmRun("doctor", args);
  const found = [...output.matchAll(/^ {2}([!✗]) (\S+) +(.*)$/gmu)].map(([, mark, name, says]) => ({
    mark,
    name,
    says,
  }));
  for (const secret of [...Object.values(storeKeys()), new URL(inject("databaseUrl")).password])
    expect(output, "no value of a setting").not.toContain(secret);
  return { code, output, found };
}

test("the local stack is well: every check looks, and none finds anything", async () => {
  const { code, output, found } = await doctor({}, "--strict");
  expect(found).toEqual([]);
  expect(output).toContain(`0 problems, 0 warnings, ${checks.length} fine, 0 not examined`);
  expect(code).toBe(0);
});

test("what is as meant on this machine is not for real shoppers, each said by name", async () => {
  const { code, found } = await doctor({}, "--production");
  const problems = found.filter(({ mark }) => mark === "✗").map(({ name }) => name);
  expect(problems).toEqual([
    "supabase-settings",
    "stand-ins",
    "stripe-address",
    "demo-accounts",
    "demo-users",
    "store-health",
  ]);
  expect(code).toBe(1);
});

test("another store's secrets do not fit, and the doctor says which", async () => {
  const { secretKey, cronSecret } = generateKeys();
  const { code, found } = await doctor({ SUPABASE_SECRET_KEY: secretKey, CRON_SECRET: cronSecret });
  expect(found).toEqual([
    { mark: "✗", name: "settings-row", says: "the project refuses SUPABASE_SECRET_KEY" },
    { mark: "✗", name: "store-cron", says: "the sweep answered 401 to this CRON_SECRET" },
  ]);
  expect(code).toBe(1);
});

test("what it cannot read is refused in words", async () => {
  const { code, output } = await npmRun("doctor", ["--env-file", join(folder, "none.env")]);
  expect(output).toContain(`There is no file "${join(folder, "none.env")}"`);
  expect(code).toBe(1);
});
