import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const password = /crypt\('([^']+)'/.exec(
  readFileSync(join(root, "local", "database", "demo-accounts.sql"), "utf8"),
)?.[1];

it("nothing that may reach a hosted project makes an account, or knows the password of one", () => {
  const files = globSync("{supabase,src}/**/*.{sql,ts,tsx,toml,html}", { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    expect(text, file).not.toContain(password);
    expect(text, file).not.toMatch(/@holdfast\.test|insert\s+into\s+auth\./i);
  }
});

it("the README tells the password", () => {
  expect(password).toBeTruthy();
  expect(readFileSync(join(root, "README.md"), "utf8")).toContain(`\`${password}\``);
});
