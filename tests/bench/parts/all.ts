import type { PartName } from "../options.ts";
import type { Bench, PartReport } from "./bench.ts";
import { runHolds } from "./holds.ts";

/** The parts of the benchmark by their letters. */
export const allParts: Partial<Record<PartName, (bench: Bench) => Promise<PartReport>>> = {
  a: runHolds,
};
