import type { Slice } from "../measure.ts";
import type { Results } from "../rounds.ts";
import { median, pairedRatio } from "./statistics.ts";

/** A Markdown table whose columns stand under each other; the first is text, the others are figures. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[0] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** How one rate stands to another, taken round by round. */
export function ratioOf(results: Results, name: string, reference: string) {
  const rates = (of: string) => (results.get(of) ?? []).map((slice) => slice.rate);
  return pairedRatio(rates(name), rates(reference));
}

/** The median of one figure over the rounds. */
export const medianOf = (results: Results, name: string, what: (slice: Slice) => number): number =>
  median((results.get(name) ?? []).map(what));

const columns: [title: string, text: (results: Results, name: string) => string][] = [
  ["p50 ms", (results, name) => short(medianOf(results, name, (slice) => slice.p50))],
  ["p99 ms", (results, name) => short(medianOf(results, name, (slice) => slice.p99))],
  ["CPU µs", (results, name) => whole(medianOf(results, name, (slice) => slice.serverCpu))],
  ["client µs", (results, name) => whole(medianOf(results, name, (slice) => slice.clientCpu))],
  ["WAL B", (results, name) => whole(medianOf(results, name, (slice) => slice.walBytes))],
  ["commits", (results, name) => short(medianOf(results, name, (slice) => slice.commits))],
];

/** Medians over the rounds, and the ratio to a reference round by round with its least and most. */
export function resultsTable(results: Results, reference: string, ratioTitle: string): string {
  const rows = [...results.keys()].map((name) => {
    const { median: middle, least, most } = ratioOf(results, name, reference);
    return [
      name,
      whole(medianOf(results, name, (slice) => slice.rate)),
      name === reference ? "1" : `${short(middle)} (${short(least)}–${short(most)})`,
      ...columns.map(([, text]) => text(results, name)),
    ];
  });
  return table(["", "per s", ratioTitle, ...columns.map(([title]) => title)], rows);
}

export const whole = (value: number): string =>
  Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–";

/** More digits than a run can tell apart would say more than it knows. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value >= 1000) return whole(value);
  return value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2);
}
