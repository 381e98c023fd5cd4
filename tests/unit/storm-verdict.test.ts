import { afterEach, describe, expect, test } from "vitest";
import { type Faults, STOCK, startFaultyStore } from "../storm/faulty-store.ts";
import { readOptions } from "../storm/options.ts";
import { reportOf } from "../storm/report.ts";
import { runStorm } from "../storm/storm.ts";
import type { Verdict } from "../storm/verdict.ts";
import { npmRun } from "../support/npm-run.ts";

// Stores that break their promises, each in one way: a storm that would not notice proves nothing.

let stop = () => {};

afterEach(() => stop());

async function startStore(faults: Faults): Promise<string> {
  const store = await startFaultyStore(faults);
  stop = store.stop;
  return store.url;
}

async function verdictOn(faults: Faults): Promise<Verdict> {
  const url = await startStore(faults);
  const options = {
    url,
    buyers: 40,
    stock: STOCK,
    variant: "the-sku",
    pay: 0,
    waitExpiry: false,
    liftLimits: false,
  };
  return runStorm(options, () => {});
}

const failed = ({ findings }: Verdict) => findings.filter(({ passed }) => !passed).map(({ name }) => name);

describe("the storm's verdict", () => {
  test("on a store that keeps its promises is good", async () => {
    const verdict = await verdictOn({});
    expect(verdict.findings.filter(({ passed }) => !passed)).toEqual([]);
    expect(verdict.passed).toBe(true);
    expect(reportOf(verdict)).toContain("The store kept every promise.");
  });

  test.each<[string, Faults, string]>([
    ["sells one unit too many", { oversells: 1 }, "oversold"],
    ["forgets what it promised", { forgets: true }, "lost"],
    ["never gets units back", { keeps: true }, "lost"],
    ["refuses while units are left", { isStingy: true }, "refused correctly"],
    ["refuses and says that there is enough", { contradicts: true }, "refused correctly"],
    ["answers with errors of its own", { breaks: true }, "refused correctly"],
  ])("on a store that %s is not", async (_, faults, name) => {
    const verdict = await verdictOn(faults);
    expect(failed(verdict)).toContain(name);
    expect(verdict.passed).toBe(false);
    expect(reportOf(verdict)).toMatch(new RegExp(`✗ ${name}`));
  });
});

// Each starts npm and Node, which takes a busy machine seconds.
describe("the storm as it is typed", { timeout: 60_000 }, () => {
  const against = (url: string, ...more: string[]) =>
    npmRun("storm", [
      "--url",
      url,
      "--buyers",
      "40",
      "--stock",
      String(STOCK),
      "--variant",
      "the-sku",
      ...more,
    ]);

  test("ends with 0 for a store that keeps its promises", async () => {
    const { code, output } = await against(await startStore({}));
    expect(output).toContain("The store kept every promise.");
    expect(code).toBe(0);
  });

  test("ends with 1 for one that sells a unit too many, and says so", async () => {
    const { code, output } = await against(await startStore({ oversells: 1 }));
    expect(output).toMatch(/✗ oversold +1: after the race/);
    expect(output).toContain("The store did not pass");
    expect(code).toBe(1);
  });

  test("ends with 1 where no store answers, or where its wish makes no sense, and with one sentence", async () => {
    const url = await startStore({});
    stop();
    const gone = await against(url);
    expect(gone).toEqual({ code: 1, output: `No store answers at ${url}.\n` });
    const wrong = await against(url, "--pay", "41");
    expect(wrong).toEqual({ code: 1, output: "--pay is at most --stock and --buyers.\n" });
  });

  test("explains itself", async () => {
    const { code, output } = await npmRun("storm", ["--help"]);
    expect(output).toContain("--wait-expiry");
    expect(code).toBe(0);
  });
});

describe("the storm's options", () => {
  test("are read, with their usual values", () => {
    expect(readOptions(["--url", "https://shop.example/", "--variant", "mug"])).toEqual({
      url: "https://shop.example",
      buyers: 500,
      stock: 37,
      variant: "mug",
      pay: 0,
      waitExpiry: false,
      liftLimits: false,
    });
  });

  test.each<[string[], RegExp]>([
    [[], /Name the variant/],
    [["--variant", "x", "--buyers", "1"], /--buyers is "1"/],
    [["--variant", "x", "--stock", "many"], /--stock is "many"/],
    [["--variant", "x", "--url", "shop.example"], /no address of a store/],
    [["--variant", "x", "--lift-limits"], /needs --database-url/],
    [["--variant", "x", "--stock", "3", "--pay", "4"], /--pay is at most/],
    [["--variant", "x", "--everything"], /everything.*--url URL/s],
  ])("%j are refused in words", (args, words) => {
    expect(() => readOptions(args)).toThrow(words);
  });
});
