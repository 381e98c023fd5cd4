import { parseArgs } from "node:util";
import { Problem } from "../../../local/problem.ts";

export type Options = {
  quick: boolean;
  rounds: number;
  /** Length of a slice in seconds. */
  slice: number;
  /** Numbers of clients, each with one request under way. */
  clients: number[];
  /** True for the runs whose figures go into the documentation. */
  isWhole: boolean;
};

export const usage = "npm run bench:http -- [--quick] [--rounds n] [--slice seconds] [--clients 1,64,512]";

export function readOptions(args: string[]): Options {
  const { quick = false, ...tuned } = parse(args);
  const clients = (tuned.clients ?? "1,64,512").split(",").filter(Boolean);
  return {
    quick,
    rounds: positive("rounds", tuned.rounds ?? (quick ? "3" : "7")),
    slice: positive("slice", tuned.slice ?? (quick ? "1" : "3")),
    clients: clients.map((count) => positive("clients", count)),
    isWhole: Object.keys(tuned).length === 0,
  };
}

function parse(args: string[]) {
  const text = { type: "string" } as const;
  try {
    const options = { quick: { type: "boolean" }, rounds: text, slice: text, clients: text } as const;
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Problem(`${(error as Error).message} Use: ${usage}`);
  }
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Problem(`--${name} is "${text}": give a number above 0.`);
  return value;
}
