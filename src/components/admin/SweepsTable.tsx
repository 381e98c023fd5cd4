import type { Sweeps } from "@/contracts/admin-housekeeping";
import { DataTable } from "../ui/DataTable";
import { Moment } from "./Moment";

const COLUMNS = [
  { key: "at", label: "Began" },
  { key: "took", label: "Took, ms", isNumber: true },
  { key: "expired", label: "Holds expired", isNumber: true },
  { key: "units", label: "Units back", isNumber: true },
  { key: "more", label: "More left" },
];

export function SweepsTable({ runs }: { runs: Sweeps["runs"] }) {
  const rows = runs.map(({ id, startedAt, milliseconds, expired, units, more }) => ({
    key: String(id),
    cells: [<Moment key="at" instant={startedAt} />, milliseconds, expired, units, more ? "yes" : "no"],
  }));
  return (
    <DataTable
      caption="Runs of the sweep, the last one first"
      isCaptionHidden
      columns={COLUMNS}
      rows={rows}
      empty="It has not run yet."
    />
  );
}
