import Link from "next/link";
import type { AdminLevel } from "@/contracts/admin-stock";
import { DataTable } from "../ui/DataTable";
import styles from "./marks.module.css";

const COLUMNS = [
  { key: "what", label: "Variant" },
  { key: "location", label: "Location" },
  { key: "onHand", label: "On hand", isNumber: true },
  { key: "reserved", label: "Held", isNumber: true },
  { key: "safety", label: "Kept back", isNumber: true },
  { key: "available", label: "Available", isNumber: true },
  { key: "state", label: "State" },
];

export function StockTable({ levels, lowStockAt }: { levels: readonly AdminLevel[]; lowStockAt: number }) {
  const rows = levels.map((level) => ({
    key: `${level.variantId}${level.locationId}`,
    cells: [
      <Link key="what" href={`/admin/stock/${level.variantId}/${level.locationId}`} prefetch={false}>
        {level.productName}, {level.variantName}
        <span className="visually-hidden"> at {level.locationCode}</span>
      </Link>,
      level.locationCode,
      level.onHand,
      level.reserved - level.lapsedUnits,
      level.safetyStock,
      level.available,
      <LevelBadge key="state" available={level.available} lowStockAt={lowStockAt} />,
    ],
  }));
  return (
    <DataTable
      caption="Stock by variant and location, in units"
      isCaptionHidden
      columns={COLUMNS}
      rows={rows}
      empty="No level is like this."
    />
  );
}

function LevelBadge({ available, lowStockAt }: { available: number; lowStockAt: number }) {
  if (available > lowStockAt) return <span className={styles.badge}>in stock</span>;
  const [tone, words] = available === 0 ? ["urgent", "none free"] : ["soon", "low"];
  return (
    <span className={styles.badge} data-tone={tone}>
      {words}
    </span>
  );
}
