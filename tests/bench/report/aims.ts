import { short, table, whole } from "./tables.ts";

/** What was aimed at, and what came of it. */
export type Aim = {
  aim: string;
  wanted: { atLeast: number; unit: string } | { atMost: number; unit: string };
  found: number;
};

export const isReached = ({ wanted, found }: Aim): boolean =>
  "atLeast" in wanted ? found >= wanted.atLeast : found <= wanted.atMost;

export function aimsTable(aims: Aim[]): string {
  const rows = aims.map((aim) => {
    const { wanted, found } = aim;
    const bound = "atLeast" in wanted ? `≥ ${figure(wanted.atLeast)}` : `≤ ${figure(wanted.atMost)}`;
    return [
      aim.aim,
      `${bound} ${wanted.unit}`,
      `${figure(found)} ${wanted.unit}`,
      isReached(aim) ? "reached" : "not reached",
    ];
  });
  return table(["aim", "wanted", "found", ""], rows);
}

const figure = (value: number): string => (value >= 1000 ? whole(value) : short(value));
