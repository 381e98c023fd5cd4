import Link from "next/link";
import type { AdminHold } from "@/contracts/admin-reservations";
import { DataTable } from "../ui/DataTable";
import { Moment } from "./Moment";
import { StateBadge } from "./StateBadge";

const COLUMNS = [
  { key: "what", label: "What" },
  { key: "state", label: "State" },
  { key: "quantity", label: "Units", isNumber: true },
  { key: "held", label: "Held" },
  { key: "ends", label: "Ends or ended" },
  { key: "location", label: "Location" },
];

/** What a hold is of, in words. */
export const holdName = ({ productName, variantName, variantId }: AdminHold) =>
  productName === null ? variantId : `${productName}, ${variantName}`;

export function HoldsTable({ holds }: { holds: readonly AdminHold[] }) {
  const rows = holds.map((hold) => ({
    key: hold.reservationId,
    cells: [
      <Link key="what" href={`/admin/reservations/${hold.reservationId}`} prefetch={false}>
        {holdName(hold)}
      </Link>,
      <StateBadge key="state" state={hold.state} />,
      hold.quantity,
      <Moment key="held" instant={hold.heldAt} isShort />,
      <Moment key="ends" instant={hold.endedAt ?? hold.expiresAt} isShort />,
      hold.locationCode ?? "gone",
    ],
  }));
  return (
    <DataTable
      caption="Reservations, newest first"
      isCaptionHidden
      columns={COLUMNS}
      rows={rows}
      empty="No hold is like this."
    />
  );
}
