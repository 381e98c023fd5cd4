"use client";

import Link from "next/link";
import type { Problem } from "@/contracts/problem";
import { countText } from "@/domain/admin-wording";
import { Button } from "../ui/Button";
import { DataTable } from "../ui/DataTable";
import { Moment } from "./Moment";
import styles from "./page.module.css";

interface HoldsInTheWayProps {
  problem: Problem;
  pending: boolean;
  onRelease: () => void;
}

const COLUMNS = [
  { key: "hold", label: "Hold" },
  { key: "units", label: "Units", isNumber: true },
  { key: "held", label: "Held" },
  { key: "ends", label: "Ends" },
];

/** The newest holds, which would have to go, and the offer to take them back. Those being paid stay. */
export function HoldsInTheWay({
  problem: { code, holds = [], missing = 0 },
  pending,
  onRelease,
}: HoldsInTheWayProps) {
  return (
    <div className={styles.section}>
      <p>
        {countText(missing, "unit")} more {missing === 1 ? "is" : "are"} held than would remain.
        {code === "units_held" && " Whoever came first keeps the hold; the newest would go:"}
      </p>
      <DataTable
        caption="Holds in the way, newest first"
        columns={COLUMNS}
        rows={holds.map(({ reservationId, quantity, heldAt, expiresAt }) => ({
          key: reservationId,
          cells: [
            <Link key="hold" href={`/admin/reservations/${reservationId}`} prefetch={false}>
              {reservationId}
            </Link>,
            quantity,
            <Moment key="held" instant={heldAt} isShort />,
            <Moment key="ends" instant={expiresAt} isShort />,
          ],
        }))}
        empty="All of them are being paid: they cannot be taken back."
      />
      {code === "units_held" && (
        <p>
          <Button look="secondary" pending={pending} onClick={onRelease}>
            Take {countText(holds.length, "hold")} back, and adjust
          </Button>
        </p>
      )}
    </div>
  );
}
