import type { ImportAnswer, ImportRow } from "@/contracts/admin-stock";
import { DataTable } from "../ui/DataTable";

const COLUMNS = [
  { key: "line", label: "Line" },
  { key: "sku", label: "SKU" },
  { key: "name", label: "Variant" },
  { key: "location", label: "Location" },
  { key: "before", label: "Now", isNumber: true },
  { key: "after", label: "Counted", isNumber: true },
  { key: "outcome", label: "Comes to" },
];

function outcomeText({ outcome, held, before, after }: ImportRow): string {
  switch (outcome) {
    case "changed":
      return `${(after ?? 0) > (before ?? 0) ? "+" : "−"}${Math.abs((after ?? 0) - (before ?? 0))}`;
    case "unchanged":
      return "no change";
    case "new":
      return "kept there from now on";
    case "unknown_sku":
      return "Error: no variant has this SKU";
    case "unknown_location":
      return "Error: no location has this code";
    case "twice":
      return "Error: the same level stands in another row too";
    case "out_of_range":
      return "Error: on_hand is not a whole number of units";
    case "units_held":
      return `Error: ${held} are held there`;
  }
}

const GOOD = new Set<ImportRow["outcome"]>(["changed", "unchanged", "new"]);

/** What each row of a count comes to; rows that cannot be done stand out in words and in colour. */
export function ImportPreview({ answer: { rows, outcome } }: { answer: ImportAnswer }) {
  return (
    <DataTable
      caption={outcome === "applied" ? "What was done, row by row" : "Preview, row by row"}
      columns={COLUMNS}
      rows={rows.map((row) => ({
        key: String(row.line),
        tone: GOOD.has(row.outcome) ? undefined : "warning",
        cells: [
          `Line ${row.line}`,
          row.sku,
          row.name ?? "–",
          row.location,
          row.before ?? "–",
          row.after ?? "–",
          outcomeText(row),
        ],
      }))}
      empty="No rows."
    />
  );
}
