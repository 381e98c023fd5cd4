import { hashOf, type Mutant } from "./mutant.ts";
import type { Options } from "./options.ts";

/** The mutants that these options ask for, in the order of the catalogue. A sample is the same for the same seed. */
export function select(mutants: Mutant[], { only, sample, seed }: Pick<Options, "only" | "sample" | "seed">) {
  const wanted = mutants.filter(({ id }) => only.length === 0 || only.some((text) => id.includes(text)));
  if (sample === undefined) return wanted;
  const lot = ({ id }: Mutant) => hashOf(String(seed), id);
  const drawn = new Set(wanted.toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1)).slice(0, sample));
  return wanted.filter((mutant) => drawn.has(mutant));
}
