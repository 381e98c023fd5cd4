import { short, table, whole } from "./tables.ts";

/** What was aimed at, and what came of it. */
export type Aim = {
  aim: string;
  wanted: { atLeast: number; unit: string } | { atMost: number; unit: string };
  found: number;
  /** What nothing that keeps the promises, or the contract, can be better than, each measured in the same run. */
  floors?: { found: number; what: string }[];
};

type Wanted = Aim["wanted"];

export const isReached = ({ wanted, found }: { wanted: Wanted; found: number }): boolean =>
  "atLeast" in wanted ? found >= wanted.atLeast : found <= wanted.atMost;

/** Not reached is one thing where every floor reaches it, and another where one does not. */
function verdict({ wanted, found, floors = [] }: Aim): string {
  if (isReached({ wanted, found })) return "reached";
  if (floors.length === 0) return "not reached";
  const what = floors.map((floor) => `${floor.what}: ${figure(floor.found)} ${wanted.unit}`).join(", ");
  const isPossible = floors.every((floor) => isReached({ wanted, found: floor.found }));
  return `${isPossible ? "not reached" : "impossible here"} (${what})`;
}

export function aimsTable(aims: Aim[]): string {
  const rows = aims.map((aim) => {
    const { wanted, found } = aim;
    const bound = "atLeast" in wanted ? `≥ ${figure(wanted.atLeast)}` : `≤ ${figure(wanted.atMost)}`;
    return [aim.aim, `${bound} ${wanted.unit}`, `${figure(found)} ${wanted.unit}`, verdict(aim)];
  });
  return table(["aim", "wanted", "found", ""], rows);
}

const figure = (value: number): string => (value >= 1000 ? whole(value) : short(value));
