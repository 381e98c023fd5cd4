import Link from "next/link";
import type { OpenAlert } from "@/contracts/admin-alerts";
import { DataTable } from "../ui/DataTable";
import { Moment } from "./Moment";

const COLUMNS = [
  { key: "kind", label: "What" },
  { key: "details", label: "Of what" },
  { key: "opened", label: "Since" },
];

const KINDS: Readonly<Record<string, string>> = {
  low_stock: "Low on stock",
  wrong_amount: "A payment of a wrong amount",
  second_payment: "Paid twice",
  entered_twice: "A payment that was entered by hand as well",
  foreign_session: "Money of another program that names our payment",
  refund_failed: "A refund that failed",
  refund_beyond: "A refund beyond what was received",
  dispute: "A payment that is disputed",
};

/** What a person has to look at; each kind leads to where it is looked after. */
export function AlertsTable({ alerts }: { alerts: readonly OpenAlert[] }) {
  const rows = alerts.map((alert) => ({
    key: alert.id,
    cells: [
      KINDS[alert.kind] ?? alert.kind.replaceAll("_", " "),
      alert.kind === "low_stock" ? (
        <Link key="details" href="/admin/stock?only=low" prefetch={false}>
          {String(alert.details.sku ?? alert.subject)}
        </Link>
      ) : (
        alert.subject
      ),
      <Moment key="opened" instant={alert.openedAt} isShort />,
    ],
  }));
  return (
    <DataTable
      caption="Open alerts"
      isCaptionHidden
      columns={COLUMNS}
      rows={rows}
      empty="No alert is open."
    />
  );
}
