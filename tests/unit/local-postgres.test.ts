import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readMigrations } from "../../local/database/migrations.ts";
import { isReachable } from "../../local/postgres/account.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "holdfast-unit-"));
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true }));

test("another account cannot reach below a folder that lets nobody through", () => {
  const stranger = { uid: 12_345, gid: 12_345 };
  mkdirSync(join(folder, "closed", "clone"), { recursive: true });
  chmodSync(join(folder, "closed"), 0o700);
  expect(isReachable(join(folder, "closed", "clone"), stranger)).toBe(false);
  expect(isReachable(join(folder, "open", "not-there-yet"), stranger)).toBe(true);
  expect(isReachable(join(folder, "closed", "clone"), {})).toBe(true);
});

test("reads migrations in the order of their versions and nothing else", () => {
  for (const name of ["20260102000000_b.sql", "20260101000000_a.sql", "notes.md", "draft.sql"]) {
    writeFileSync(join(folder, name), `-- ${name}`);
  }
  expect(readMigrations(folder).map(({ version, name }) => [version, name])).toEqual([
    ["20260101000000", "a"],
    ["20260102000000", "b"],
  ]);
});

test("no folder means no migrations", () => {
  expect(readMigrations(join(folder, "none"))).toEqual([]);
});

test("two migrations of one version are refused", () => {
  writeFileSync(join(folder, "1_a.sql"), "");
  writeFileSync(join(folder, "1_b.sql"), "");
  expect(() => readMigrations(folder)).toThrow("Two migrations have the version 1");
});
