import type { ReactNode } from "react";
import styles from "./charts.module.css";
import { type Column, DataTable } from "./DataTable";

interface ChartTableProps {
  caption: string;
  columns: readonly Column[];
  rows: readonly { key: string; cells: readonly ReactNode[] }[];
}

/** The figures behind a chart, for whoever would rather read them. */
export function ChartTable({ caption, columns, rows }: ChartTableProps) {
  return (
    <details className={styles.details}>
      <summary>
        The figures<span className="visually-hidden">: {caption}</span>
      </summary>
      <DataTable caption={caption} isCaptionHidden columns={columns} rows={rows} empty="No figures." />
    </details>
  );
}
