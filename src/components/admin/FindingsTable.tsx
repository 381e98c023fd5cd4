import type { Repair } from "@/contracts/admin-housekeeping";
import { DataTable } from "../ui/DataTable";

type Finding = Omit<Repair["findings"][number], "repaired"> & { repaired?: boolean };

const KINDS: Readonly<Record<string, string>> = {
  reserved_drift: "The counter of held units differs from the holds",
  overpromised: "More is held than there is",
  expiry_bound_too_late: "The bound of the next expiry is later than the holds",
  ledger_drift: "On hand differs from the sum of the ledger",
  hold_without_level: "A hold without its stock level",
  hold_without_shopper: "A hold without its shopper",
  hold_of_merged_shopper: "A hold that should have moved at a sign-in",
  sale_drift: "Orders and the ledger tell of different sales",
  restock_drift: "Orders and the ledger tell of different returns",
  payment_without_hold: "A payment is open without the hold that it is for",
};

const COLUMNS = [
  { key: "kind", label: "What" },
  { key: "where", label: "Where" },
  { key: "expected", label: "Expected" },
  { key: "found", label: "Found" },
];

/** Drifts in words, each with what was expected and what is there. */
export function FindingsTable({ findings }: { findings: readonly Finding[] }) {
  const isTried = findings.some(({ repaired }) => repaired !== undefined);
  const rows = findings.map((finding) => ({
    key: [finding.kind, finding.variantId, finding.locationId, finding.reservationId].join(),
    cells: [
      KINDS[finding.kind] ?? finding.kind,
      finding.reservationId ?? finding.variantId ?? "–",
      finding.expected ?? "–",
      finding.found ?? "–",
      finding.repaired ? "mended" : "left to a person",
    ],
  }));
  return (
    <DataTable
      caption="Findings"
      columns={isTried ? [...COLUMNS, { key: "repaired", label: "Came to" }] : COLUMNS}
      rows={rows}
      empty="All is well: counters, holds, shoppers and the ledger agree."
    />
  );
}
