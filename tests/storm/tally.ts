/** How long requests took, by step. Milliseconds. */
export type Tally = {
  note(step: string, milliseconds: number): void;
  rows(): LatencyRow[];
};

export type LatencyRow = {
  step: string;
  requests: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
};

export function createTally(): Tally {
  const steps = new Map<string, number[]>();
  return {
    note(step, milliseconds) {
      const times = steps.get(step) ?? [];
      times.push(milliseconds);
      steps.set(step, times);
    },
    rows: () =>
      [...steps].map(([step, times]) => {
        const sorted = times.toSorted((one, other) => one - other);
        const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? 0;
        return { step, requests: times.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
      }),
  };
}
