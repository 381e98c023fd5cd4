import { parseArgs } from "node:util";
import { Problem } from "../../local/problem.ts";

export const partNames = ["a", "b", "c", "d", "e", "f"] as const;
export type PartName = (typeof partNames)[number];

export type Options = {
  quick: boolean;
  parts: PartName[];
  rounds: number;
  /** Length of a slice in seconds. */
  slice: number;
  /** Numbers of clients in part A. */
  clients: number[];
  /** Between two batches of the sweep, in milliseconds. */
  pause: number;
  /** True for the runs whose figures go into the documentation: all parts, as they are meant. */
  isWhole: boolean;
};

export const usage = `npm run bench:db -- [--quick] [--part a,b,c,d,e,f] [--rounds n] [--slice seconds] [--clients 1,8,64] [--pause milliseconds]`;

export function readOptions(args: string[]): Options {
  const { values } = parse(args);
  const quick = values.quick ?? false;
  const { quick: _, ...tuned } = values;
  const parts = listOf(values.part ?? partNames.join(","));
  const unknown = parts.find((part) => !partNames.includes(part as PartName));
  if (unknown !== undefined)
    throw new Problem(`There is no part "${unknown}": they are ${partNames.join(", ")}.`);
  return {
    quick,
    parts: partNames.filter((part) => parts.includes(part)),
    rounds: positive("rounds", values.rounds ?? (quick ? "3" : "7")),
    slice: positive("slice", values.slice ?? (quick ? "0.6" : "2.5")),
    clients: listOf(values.clients ?? "1,8,64").map((count) => positive("clients", count)),
    pause: notNegative("pause", values.pause ?? "0"),
    isWhole: Object.keys(tuned).length === 0,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args,
      options: {
        quick: { type: "boolean" },
        part: text,
        rounds: text,
        slice: text,
        clients: text,
        pause: text,
      },
    });
  } catch (error) {
    throw new Problem(`${(error as Error).message} Use: ${usage}`);
  }
}

const listOf = (text: string): string[] => text.toLowerCase().split(",").filter(Boolean);

function positive(name: string, text: string): number {
  const value = notNegative(name, text);
  if (value === 0) throw new Problem(`--${name} is "${text}": give a number above 0.`);
  return value;
}

function notNegative(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0)) throw new Problem(`--${name} is "${text}": give a number that is not negative.`);
  return value;
}
