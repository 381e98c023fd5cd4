import { type Aim, aimsTable } from "../report/aims.ts";
import { median, pairedRatio } from "../report/statistics.ts";
import { short, table, whole } from "../report/tables.ts";
import { CONTENDERS, type Contender, type Results } from "./rounds.ts";

const ratio = (results: Results, of: Contender, what: "rate" | "p99") =>
  pairedRatio(
    results[of].map((slice) => slice[what]),
    results["bare handler"].map((slice) => slice[what]),
  );

/** Everything that a run has to say, in Markdown. */
export function writeReport(command: string, about: string[], found: Map<number, Results>): string {
  const aims = aimsOf(found.get(64));
  return [
    `Printed by \`${command}\`:`,
    about.map((line) => `- ${line}`).join("\n"),
    ...(aims.length > 0 ? ["#### What was aimed at", aimsTable(aims)] : []),
    ...[...found].flatMap(([clients, results]) => [
      `#### ${clients === 1 ? "1 client" : `${clients} clients`}`,
      resultsTable(results),
    ]),
  ].join("\n\n");
}

function aimsOf(results: Results | undefined): Aim[] {
  if (!results) return [];
  return [
    {
      aim: "64 clients, one hot variant: holds per second",
      wanted: { atLeast: 0.6, unit: "× bare handler" },
      found: ratio(results, "one hot variant", "rate").median,
    },
    {
      aim: "64 clients, one hot variant: p99",
      wanted: { atMost: 2, unit: "× bare handler" },
      found: ratio(results, "one hot variant", "p99").median,
    },
  ];
}

function resultsTable(results: Results): string {
  const head = ["", "201 per s", "× bare", "p50 ms", "p99 ms", "p99 × bare", "commits"];
  const rows = CONTENDERS.map((name) => {
    const of = (what: "rate" | "p50" | "p99" | "commits") =>
      median(results[name].map((slice) => slice[what]));
    const isBare = name === "bare handler";
    const times = (what: "rate" | "p99") => {
      const { median: middle, least, most } = ratio(results, name, what);
      return isBare ? "1" : `${short(middle)} (${short(least)}–${short(most)})`;
    };
    const commits = isBare ? "–" : short(of("commits"));
    return [
      name,
      whole(of("rate")),
      times("rate"),
      short(of("p50")),
      short(of("p99")),
      times("p99"),
      commits,
    ];
  });
  return table(head, rows);
}
