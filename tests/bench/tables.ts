import type { Slice } from "./measure.ts";
import type { Results } from "./rounds.ts";
import { median, pairedRatio } from "./statistics.ts";

/** A Markdown table whose columns stand under each other; the first is text, the others are figures. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, i) => Math.max(3, ...[head, ...rows].map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[0] ?? 0))).join(" | ")} |`;
  const rule = widths.map((width, i) => (i ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [line(head), `| ${rule.join(" | ")} |`, ...rows.map(line)].join("\n");
}

/** Medians over the rounds, and the ratio to a reference round by round. */
export function resultsTable(results: Results, reference: string, ratioTitle: string): string {
  const of = (name: string, what: (slice: Slice) => number) => (results.get(name) ?? []).map(what);
  const rows = [...results.keys()].map((name) => {
    const ratio = pairedRatio(
      of(name, (slice) => slice.rate),
      of(reference, (slice) => slice.rate),
    );
    return [
      name,
      whole(median(of(name, (slice) => slice.rate))),
      name === reference ? "1" : `${short(ratio.median)} (${short(ratio.least)}–${short(ratio.most)})`,
      milliseconds(median(of(name, (slice) => slice.p50))),
      milliseconds(median(of(name, (slice) => slice.p99))),
      whole(median(of(name, (slice) => slice.serverCpu))),
      whole(median(of(name, (slice) => slice.clientCpu))),
      whole(median(of(name, (slice) => slice.walBytes))),
      short(median(of(name, (slice) => slice.commits))),
    ];
  });
  const head = ["", "per s", ratioTitle, "p50 ms", "p99 ms", "CPU µs", "client µs", "WAL B", "commits"];
  return table(head, rows);
}

export const whole = (value: number): string =>
  Number.isFinite(value) ? Math.round(value).toLocaleString("en") : "–";

/** Three significant digits are more than a run can tell apart. */
export const short = (value: number): string =>
  !Number.isFinite(value)
    ? "–"
    : value >= 10
      ? value.toFixed(0)
      : value >= 1
        ? value.toFixed(1)
        : value.toFixed(2);

const milliseconds = (value: number): string =>
  !Number.isFinite(value) ? "–" : value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
