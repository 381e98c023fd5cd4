import { parseArgs } from "node:util";
import { Problem } from "../../local/problem.ts";

export type Options = {
  /** Only mutants whose id has this text. */
  only: string[];
  /** Only so many, chosen by the seed. */
  sample: number | undefined;
  seed: number;
  /** Mutants that are tested at the same time. */
  jobs: number;
  isList: boolean;
  /** Asks again what an earlier run has answered. */
  isFresh: boolean;
  /** Asks again which ran out of time, which may have been the machine's fault. */
  isTimeouts: boolean;
  /** Tries nothing, and says what is known. */
  isKnown: boolean;
  /** Tries nothing, and puts what is known into docs/: for the next machine, and for readers. */
  isRecord: boolean;
  /** Asks only the few quick test files that are likeliest to notice, and keeps nothing where they do not. */
  isQuick: boolean;
  /** Goes on without the test files that fail on a database that does the same in other words. */
  isWithoutRed: boolean;
};

export const usage =
  "npm run mutate:db -- [--list] [--only text] [--sample n [--seed n]] [--jobs n] [--known] [--record] [--quick] [--fresh] [--timeouts] [--without-red]";

export function readOptions(args: string[]): Options {
  const { values } = parse(args);
  return {
    only: values.only ?? [],
    sample: values.sample === undefined ? undefined : count("sample", values.sample),
    seed: count("seed", values.seed ?? "1"),
    jobs: count("jobs", values.jobs ?? "1"),
    isList: values.list ?? false,
    isFresh: values.fresh ?? false,
    isKnown: values.known ?? false,
    isRecord: values.record ?? false,
    isQuick: values.quick ?? false,
    isTimeouts: values.timeouts ?? false,
    isWithoutRed: values["without-red"] ?? false,
  };
}

function parse(args: string[]) {
  const [text, flag] = [{ type: "string" }, { type: "boolean" }] as const;
  const only = { type: "string", multiple: true } as const;
  const options = {
    only,
    sample: text,
    seed: text,
    jobs: text,
    list: flag,
    fresh: flag,
    known: flag,
    record: flag,
    quick: flag,
    timeouts: flag,
    "without-red": flag,
  };
  try {
    return parseArgs({ args, options });
  } catch (error) {
    throw new Problem(`${(error as Error).message} Use: ${usage}`);
  }
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new Problem(`--${name} is "${text}": give a whole number from 1 on.`);
  }
  return value;
}
