import { beforeEach, expect, test } from "vitest";
import * as harness from "../mutate/runner/harness.ts";
import type { Report } from "../mutate/runner/messages.ts";

let seen: string[] = [];
beforeEach(() => {
  seen = [];
});
const see = (what: string) => () => void seen.push(what);

type How = { isHasty?: boolean; files?: string[]; patience?: Record<string, number> };

function run(
  declare: () => void,
  { isHasty = false, files = ["a"], patience = {} }: How = {},
): Promise<Report> {
  const databases = { adminUrl: "url", templateDatabase: "template", platformDatabase: "platform" };
  const order = { ...databases, files, patience };
  return harness.runFiles(order, { isHasty, testTimeout: 50 }, async () => declare());
}

test("hooks run around tests, from the outside in and back", async () => {
  await run(() => {
    harness.beforeAll(see("beforeAll"));
    harness.beforeEach(see("beforeEach"));
    harness.afterEach(see("afterEach"));
    harness.afterAll(see("afterAll"));
    harness.describe("inner", () => {
      harness.beforeEach(see("inner before"));
      harness.afterEach(see("inner after"));
      harness.test("a", see("a"));
    });
    harness.test("b", see("b"));
  });
  expect(seen.join(", ")).toBe(
    "beforeAll, beforeEach, inner before, a, inner after, afterEach, beforeEach, b, afterEach, afterAll",
  );
});

test("what fails is told by its name, the rest goes on, and in haste it does not", async () => {
  const declare = () => {
    harness.test.each([{ n: 1 }, { n: 2 }])("number $n", ({ n }: { n: number }) => harness.expect(n).toBe(2));
    harness.test.each([["x", 1]])("%s is %i", (text: string, n: number) => seen.push(`${text}${n}`));
    harness.afterAll(see("afterAll"));
  };
  const { failures } = await run(declare);
  expect(failures).toMatchObject([{ file: "a", test: "number 1" }]);
  expect(failures[0]?.message).toContain("expected 1 to be 2");
  expect(seen).toEqual(["x1", "afterAll"]);
  seen = [];
  expect((await run(declare, { isHasty: true, files: ["a", "b"] })).failures).toHaveLength(1);
  expect(seen).toEqual(["afterAll"]);
});

test("a test that does not end runs out of time, and a hook that fails keeps its tests from running", async () => {
  const late = await run(() => harness.test("never", () => new Promise(() => {})));
  expect(late.failures).toMatchObject([{ test: "never", message: "timed out in 50ms" }]);
  const ofItsFile = await run(() => harness.test("never", () => new Promise(() => {})), {
    patience: { a: 5 },
  });
  expect(ofItsFile.failures).toMatchObject([{ message: "timed out in 5ms" }]);
  const broken = await run(() => {
    harness.beforeAll(() => Promise.reject(new Error("no database")));
    harness.test("a", see("a"));
  });
  expect(broken.failures).toMatchObject([{ message: "no database" }]);
  expect(seen).toEqual([]);
});
