import { Problem } from "./problem.ts";

export const suites = ["checks", "unit", "component", "db", "contract", "api", "e2e"] as const;
export type Suite = (typeof suites)[number];

export type Selection = { suites: Suite[]; vitestArgs: string[] };

/** `npm test -- db -t "held"`: suites first, then whatever Vitest itself understands. */
export function readSelection(args: string[]): Selection {
  const isOption = (arg: string) => arg.startsWith("-") || arg.includes("/") || arg.includes(".");
  const firstOption = args.findIndex(isOption);
  const names = firstOption === -1 ? args : args.slice(0, firstOption);
  const unknown = names.find((name) => !suites.includes(name as Suite));
  if (unknown) throw new Problem(`There is no suite "${unknown}": the suites are ${suites.join(", ")}.`);
  return {
    suites: suites.filter((suite) => names.length === 0 || names.includes(suite)),
    vitestArgs: firstOption === -1 ? [] : args.slice(firstOption),
  };
}
