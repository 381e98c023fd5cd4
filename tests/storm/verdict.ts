import type { Shopper } from "./shopper.ts";
import type { LatencyRow } from "./tally.ts";

/** One question that the storm asked, and what it found. */
export type Finding = { name: string; passed: boolean; says: string };

export type Verdict = { findings: Finding[]; latencies: LatencyRow[]; passed: boolean };

/** What was seen of the units at one moment, by asking everybody or by reading the tables. */
export type Count = { when: string; stock: number; held: number; sold: number };

/** Units promised beyond those that there are, at the worst moment. */
export function oversold(counts: Count[]): Finding {
  const worst = counts.reduce((most, count) => Math.max(most, count.held + count.sold - count.stock), 0);
  const where = counts.find(({ held, sold, stock }) => worst > 0 && held + sold - stock === worst);
  return {
    name: "oversold",
    passed: worst === 0 && counts.length > 0,
    says: where
      ? `${worst}: ${where.when}, ${where.held} held and ${where.sold} sold of ${where.stock}`
      : `0, counted ${counts.length} times`,
  };
}

/** Units that nobody has and nobody can have: promises that a cart does not show, and stock that never came back. */
export function lost(units: { what: string; units: number }[]): Finding {
  const missing = units.filter((one) => one.units !== 0);
  return {
    name: "lost",
    passed: missing.length === 0 && units.length > 0,
    says: missing.length === 0 ? "0" : missing.map(({ what, units: n }) => `${n}: ${what}`).join("; "),
  };
}

/** Who was refused was refused rightly: no unit was left, and the answer says so; nobody met an error. */
export function refusals(
  shoppers: Shopper[],
  left: { when: string; units: number; refused: number }[],
): Finding {
  const faults = tallyOf(shoppers.flatMap((shopper) => shopper.faults));
  const contradictions = tallyOf(shoppers.flatMap((shopper) => shopper.contradictions));
  const wrong = left.filter(({ units, refused }) => units > 0 && refused > 0);
  const sentences = [
    ...wrong.map(
      ({ when, units, refused }) => `${when}, ${refused} were refused while ${units} units were left`,
    ),
    ...contradictions,
    ...faults.map((fault) => `answered by an error: ${fault}`),
  ];
  const total = left.reduce((sum, { refused }) => sum + refused, 0);
  return {
    name: "refused correctly",
    passed: sentences.length === 0,
    says: sentences.length === 0 ? `${total} times, each time with nothing left` : sentences.join("; "),
  };
}

/** The shop's own limits kept buyers away: then the race was not run to its end, and proves nothing. */
export function unhindered(limited: number): Finding {
  return {
    name: "unhindered",
    passed: limited === 0,
    says:
      limited === 0
        ? "no limit of the shop stood in the way"
        : `${limited} requests met a limit of the shop (all buyers share one address): --lift-limits, or raise them in store_settings for the run`,
  };
}

const tallyOf = (words: string[]): string[] => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].map(([word, count]) => (count > 1 ? `${word} (${count} times)` : word));
};
