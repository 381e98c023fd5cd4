import type { ReactNode } from "react";
import styles from "./DataTable.module.css";

export interface Column {
  key: string;
  label: string;
  /** Figures stand in a column, so that they can be compared. */
  isNumber?: boolean;
}

interface DataTableProps {
  /** What the table is of: read before it, seen above it unless a heading says the same. */
  caption: string;
  isCaptionHidden?: boolean;
  columns: readonly Column[];
  /** The first cell names its row. */
  rows: readonly { key: string; cells: readonly ReactNode[]; tone?: "warning" | undefined }[];
  /** Said instead of an empty table. */
  empty: string;
}

/** A table that turns into a list of cards where the screen is narrow. */
export function DataTable({ caption, isCaptionHidden = false, columns, rows, empty }: DataTableProps) {
  if (rows.length === 0) return <p className={styles.empty}>{empty}</p>;
  return (
    <table className={styles.table}>
      <caption className={isCaptionHidden ? "visually-hidden" : styles.caption}>{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ key, label, isNumber }) => (
            <th key={key} scope="col" data-number={isNumber || undefined}>
              {label}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells, tone }) => (
          <tr key={key} data-tone={tone}>
            {columns.map((column, index) => {
              const cell = { "data-label": column.label, "data-number": column.isNumber || undefined };
              return index === 0 ? (
                <th key={column.key} scope="row" {...cell}>
                  {cells[index]}
                </th>
              ) : (
                <td key={column.key} {...cell}>
                  {cells[index]}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
