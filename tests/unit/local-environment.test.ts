import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readEnvironment, storeEnvironment, usesHostedSupabase } from "../../local/environment.ts";
import { generateKeys, loadKeys } from "../../local/keys.ts";

const hosted = {
  NEXT_PUBLIC_SUPABASE_URL: "https://example.supabase.co",
  NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: "sb_publishable_x",
  SUPABASE_SECRET_KEY: "sb_secret_x",
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-unit-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("reads .env.local over .env, and the shell over both", () => {
  writeFileSync(join(folder, ".env"), "A=env\nB=env\nC=env\n");
  writeFileSync(join(folder, ".env.local"), "B=local # a comment\nC='local'\n");
  expect(readEnvironment(folder, { C: "shell" })).toEqual({ A: "env", B: "local", C: "shell" });
});

test("starts the stand-ins only when no Supabase project is given", () => {
  expect(usesHostedSupabase({})).toBe(false);
  expect(usesHostedSupabase(hosted)).toBe(true);
});

test("an untouched copy of .env.example counts as nothing given", () => {
  const empty = Object.fromEntries(Object.keys(hosted).map((name) => [name, ""]));
  expect(usesHostedSupabase(empty)).toBe(false);
});

test("half a Supabase project is refused, with the missing name", () => {
  const { SUPABASE_SECRET_KEY: _, ...half } = hosted;
  expect(() => usesHostedSupabase(half)).toThrow(/incomplete, SUPABASE_SECRET_KEY missing: set all three/);
});

test("gives the store local keys, and leaves a cookie secret that somebody set", () => {
  const keys = generateKeys();
  expect(storeEnvironment(keys, "http://127.0.0.1:54321", {})).toEqual({
    NEXT_PUBLIC_SUPABASE_URL: "http://127.0.0.1:54321",
    NEXT_PUBLIC_SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
    SUPABASE_SECRET_KEY: keys.secretKey,
    GUEST_COOKIE_SECRET: keys.guestCookieSecret,
    CRON_SECRET: keys.cronSecret,
  });
  const set = { GUEST_COOKIE_SECRET: "mine", CRON_SECRET: "mine too" };
  expect(storeEnvironment(keys, undefined, set)).toEqual(set);
});

test("keeps its keys from start to start, and makes new ones of half a file", () => {
  const file = join(folder, "keys.json");
  const first = loadKeys(file);
  expect(loadKeys(file)).toEqual(first);
  expect(first.guestCookieSecret.length).toBeGreaterThanOrEqual(32);
  writeFileSync(file, '{"secretKey": "sb_sec');
  expect(loadKeys(file)).not.toEqual(first);
});

test("makes the keys that an older version did not know, and keeps the others", () => {
  const file = join(folder, "keys.json");
  const { cronSecret: _, ...older } = generateKeys();
  writeFileSync(file, JSON.stringify(older));
  const keys = loadKeys(file);
  expect(keys).toEqual({ ...older, cronSecret: expect.any(String) });
  expect(loadKeys(file)).toEqual(keys);
});
