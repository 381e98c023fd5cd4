/** Fixed, so that a failure is found again; `npm run fuzz` looks elsewhere each time, and says where. */
export const seed = Number(process.env.HOLDFAST_FUZZ_SEED || 20_261_122);

/** How many times as many inputs as in `npm test`. */
export const times = Number(process.env.HOLDFAST_FUZZ_TIMES || 1);

/** What fast-check is told. The first failure counts: later ones may be due to what it left behind. */
export const runs = (numRuns: number) => ({ seed, numRuns: numRuns * times, endOnFailure: true });

/** Milliseconds that so many inputs may take at most; far more than they do. */
export const patience = (numRuns: number): number => 60_000 + numRuns * times * 200;
