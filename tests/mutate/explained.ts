import { ofCarts } from "./explained/carts.ts";
import { ofHolds } from "./explained/holds.ts";
import { ofLimits } from "./explained/limits.ts";
import { ofOperating } from "./explained/operating.ts";
import { ofPaying } from "./explained/paying.ts";
import { ofReserving } from "./explained/reserving.ts";
import { ofWaits } from "./explained/waits.ts";

/** A survivor that is none of ours to kill, with its reason. In `mutants`, `*` stands for any text. */
export type Explanation = { mutants: string; reason: string };

export const explained: Explanation[] = [
  ...ofCarts,
  ...ofHolds,
  ...ofLimits,
  ...ofOperating,
  ...ofPaying,
  ...ofReserving,
  ...ofWaits,
];

export function explanationOf(id: string, list = explained): string | undefined {
  return list.find(({ mutants }) => matches(id, mutants))?.reason;
}

/** Patterns that explain none of these mutants: they were overtaken by a change. */
export const needless = (ids: string[], list = explained) =>
  list.filter(({ mutants }) => !ids.some((id) => matches(id, mutants)));

function matches(id: string, pattern: string): boolean {
  const text = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${text.join(".*")}$`, "s").test(id);
}
