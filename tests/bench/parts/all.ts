import type { PartName } from "../options.ts";
import type { Bench, PartReport } from "./bench.ts";
import { runCoalesced } from "./coalesced.ts";
import { runGrowth } from "./growth.ts";
import { runHolds } from "./holds.ts";
import { runPieces } from "./pieces.ts";
import { runRefusals } from "./refusals.ts";
import { runSweep } from "./sweep.ts";

/** The parts of the benchmark by their letters. */
export const allParts: Record<PartName, (bench: Bench) => Promise<PartReport>> = {
  a: runHolds,
  b: runGrowth,
  c: runRefusals,
  d: runSweep,
  e: runCoalesced,
  f: runPieces,
};
