import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROBLEMS } from "@/lib/http/problem-codes";
import { readErrorCodes } from "../support/error-codes.ts";

const root = join(import.meta.dirname, "..", "..");
const { problems, sqlStates } = readErrorCodes();

const migrations = globSync("supabase/migrations/*.sql", { cwd: root })
  .map((file) => readFileSync(join(root, file), "utf8"))
  .join("\n");

/** Those that are raised or given to a trigger, not those that a comment speaks of. */
const raised = [...migrations.matchAll(/(?:errcode = |refuse_statement\(\s*)'(HF\d{3})'/g)].map(
  ([, state]) => state,
);

describe("docs/error-codes.md", () => {
  it("lists exactly the codes that problems may carry, each with its status", () => {
    const wanted = Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]);
    expect([...problems].toSorted()).toEqual(wanted.toSorted());
  });

  it("lists every SQLSTATE of ours that the database raises, and none that it does not", () => {
    const listed = [...sqlStates.keys()].filter((state) => state.startsWith("HF"));
    expect(listed.toSorted()).toEqual([...new Set(raised)].toSorted());
    expect(listed).not.toHaveLength(0);
  });

  it("lists every SQLSTATE of ours that the migrations speak of", () => {
    const mentioned = new Set(migrations.match(/HF\d{3}/g));
    for (const state of mentioned) expect([...sqlStates.keys()]).toContain(state);
  });

  it("calls each by the name with which its message begins", () => {
    for (const [state, name] of sqlStates) {
      if (state.startsWith("HF")) expect(migrations, state).toMatch(new RegExp(`'${name}[:']`));
    }
  });
});
