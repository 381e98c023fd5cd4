import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { explanationOf, needless } from "../mutate/explained.ts";
import { guardedBy, urgencyOf } from "../mutate/invariants.ts";
import type { Mutant } from "../mutate/mutant.ts";
import { readOptions } from "../mutate/options.ts";
import { summarize, unexplained, writeTable } from "../mutate/report.ts";
import { type Present, Results } from "../mutate/results.ts";
import { select } from "../mutate/selection.ts";
import { rank } from "../mutate/test-files.ts";
import { ask } from "../mutate/trial.ts";

const mutantOf = (id: string): Mutant => ({ id, object: id.split(" ")[0] ?? "", kind: "where", sql: id });
const mutants = Array.from({ length: 50 }, (_, i) => mutantOf(`private.f${i} where`));

test("a sample is the same for the same seed, and another for another", () => {
  const sample = (seed: number) => select(mutants, { only: [], sample: 5, seed }).map(({ id }) => id);
  expect(sample(1)).toHaveLength(5);
  expect(sample(1)).toEqual(sample(1));
  expect(sample(1)).not.toEqual(sample(2));
  expect(select(mutants, { only: ["f7 ", "f8 "], sample: undefined, seed: 1 })).toHaveLength(2);
});

test("options are read, and what is none is refused in words", () => {
  expect(readOptions(["--only", "reserve", "--sample", "3", "--seed", "9", "--jobs", "2"])).toMatchObject({
    ...{
      only: ["reserve"],
      sample: 3,
      seed: 9,
      jobs: 2,
      isList: false,
      isFresh: false,
      isKnown: false,
      isQuick: false,
      isRecord: false,
      isTimeouts: false,
      isWithoutRed: false,
    },
  });
  expect(() => readOptions(["--sample", "none"])).toThrow(
    '--sample is "none": give a whole number from 1 on.',
  );
  expect(() => readOptions(["--everything"])).toThrow(/Use: npm run mutate:db/);
});

test("likely files go first, those that noticed before even earlier, then the quick ones", () => {
  const files = ["extend", "races", "slow", "quick"].map((name) => `tests/db/${name}.test.ts`);
  const durations = new Map(files.map((file) => [file, file.includes("slow") ? 9 : 1]));
  const order = (killers: { object: string; file: string }[]) =>
    rank(files, mutantOf("private.extend_live where"), killers, durations).map((file) => file.slice(9, -8));
  expect(order([])).toEqual(["extend", "races", "quick", "slow"]);
  const noticed = { object: "private.extend_live", file: "tests/db/slow.test.ts" };
  expect(order([noticed, { ...noticed, object: "another" }])).toEqual(["slow", "extend", "races", "quick"]);
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mutate-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a kill holds while its test is as it was, a survivor until anything changes", () => {
  const file = join(folder, "mutate.json");
  const [killed, survived, invalid] = mutants as [Mutant, Mutant, Mutant];
  const present: Present = { schema: "1", tests: new Map(Object.entries({ a: "1", b: "1" })) };
  const results = new Results(file, join(folder, "none"));
  results.add(killed, { outcome: "killed", file: "a", seconds: 1 }, present);
  results.add(survived, { outcome: "survived", seconds: 1 }, present);
  results.add(invalid, { outcome: "invalid", seconds: 1 }, present);

  const holding = (schema: string, a: string, b: string) =>
    [killed, survived, invalid].map(
      (mutant) =>
        new Results(file, join(folder, "none")).find(mutant, {
          schema,
          tests: new Map([
            ["a", a],
            ["b", b],
          ]),
        }) !== undefined,
    );
  expect(holding("1", "1", "1")).toEqual([true, true, true]);
  expect(holding("1", "1", "2")).toEqual([true, false, true]);
  expect(holding("1", "2", "1")).toEqual([false, false, true]);
  expect(holding("2", "1", "1")).toEqual([true, false, true]);
});

test("what is put on record is known to the next machine, and what is gone is forgotten", () => {
  const [here, record] = [join(folder, "mutate.json"), join(folder, "mutation.tsv")];
  const [killed, survived, gone, lapsed] = mutants as [Mutant, Mutant, Mutant, Mutant];
  const file = "tests/db/a.test.ts";
  const present = (hash: string): Present => ({ schema: "1", tests: new Map([[file, hash]]) });
  const results = new Results(here, record);
  results.add(killed, { outcome: "killed", file, test: "a test\tof\nsomething", seconds: 1 }, present("1"));
  results.add(survived, { outcome: "survived", seconds: 1 }, present("1"));
  results.add(gone, { outcome: "survived", seconds: 1 }, present("1"));
  results.add(lapsed, { outcome: "killed", file, test: "t", seconds: 1 }, present("0"));
  const held = results.record([killed, survived, lapsed], () => present("1"));
  expect(held.map(({ id }) => id)).toEqual([killed.id, survived.id]);
  expect(readFileSync(record, "utf8").split("\n")).toHaveLength(4);

  const elsewhere = new Results(join(folder, "other.json"), record);
  expect(elsewhere.find(killed, present("1"))).toMatchObject({
    outcome: "killed",
    file,
    test: "a test of something",
  });
  expect(elsewhere.find(killed, present("2"))).toBeUndefined();
  expect(elsewhere.find(survived, present("1"))).toMatchObject({ id: survived.id, outcome: "survived" });
  expect(elsewhere.find(gone, present("1"))).toBeUndefined();
  expect(elsewhere.killers()).toEqual([{ object: killed.object, file }]);
});

test("a pattern explains what it fits, and says when it fits nothing", () => {
  const list = [
    { mutants: "private.f* where", reason: "equivalent" },
    { mutants: "private.(gone)", reason: "was there" },
  ];
  expect(explanationOf("private.f1 where", list)).toBe("equivalent");
  expect(explanationOf("private.f1 where true", list)).toBeUndefined();
  expect(needless(["private.f1 where"], list)).toEqual([list[1]]);
});

test("survivors are shown by the invariant that they may break", () => {
  const id = "public.stock_levels.stock_levels_reserved_within_on_hand check-dropped";
  const result = { id, object: "o", outcome: "survived", seconds: 1, decidedBy: "" } as const;
  expect(guardedBy({ id })).toMatch(/^1 /);
  expect(unexplained([result, { ...result, outcome: "timeout" }])).toEqual([result]);
  expect(writeTable([mutantOf(id)], [result])).toContain(`nothing explains:\n\n- \`${id}\``);
  expect(summarize([{ ...mutantOf(id), kind: "check-dropped" }], [result])).toContain(`on_hand\n  ${id}`);
});

test("what may break the invariants of stock and money is tried first, what admins read last", () => {
  const ids = [
    'public.admin_overview where true: "x"',
    'private.choose_level where true: "x"',
    'private.sell_lines where true: "x"',
    "public.payments.payments_stay trigger-dropped",
    "public.admin_overview lock-removed for update",
  ];
  expect(ids.map((id) => [guardedBy({ id }).split(" ", 1)[0], urgencyOf({ id })])).toEqual([
    ["what", 4],
    ["none", 3],
    ["8", 0],
    ["7", 0],
    ["locks:", 2],
  ]);
});

test("what a busy machine may be the reason of has to be noticed twice", async () => {
  const failure = (file: string, message: string) => ({ file, test: "t", message });
  const reports = (...failures: (ReturnType<typeof failure> | undefined)[]) => {
    const asked: string[][] = [];
    const run = async (files: string[]) => {
      asked.push(files);
      const next = failures[asked.length - 1];
      return { failures: next ? [next] : [], durations: [], slowestTest: 0 };
    };
    return { asked, run };
  };
  const late = failure("b", "canceling statement due to lock timeout");
  const doubted = reports(late, undefined, undefined);
  expect((await ask(["a", "b", "c"], doubted.run))?.failures).toEqual([]);
  expect(doubted.asked).toEqual([["a", "b", "c"], ["b"], ["c"]]);
  expect((await ask(["a", "b"], reports(late, late).run))?.failures).toEqual([late]);
  const plain = reports(failure("a", "expected 1 to be 2"));
  expect((await ask(["a", "b"], plain.run))?.failures).toHaveLength(1);
  expect(plain.asked).toHaveLength(1);
});
