import type { ReactNode } from "react";
import { ChartTable } from "./ChartTable";
import styles from "./charts.module.css";

export interface Series {
  key: string;
  label: string;
}

interface StackedColumnsProps {
  title: string;
  /** In a sentence what a look at the chart tells. */
  summary: string;
  /** What a slot is: the head of its column. */
  slotLabel: string;
  /** From the bottom up, at most four. */
  series: readonly Series[];
  slots: readonly { key: string; label: ReactNode; values: readonly number[] }[];
}

const HEIGHT = 160;
const GAP = 0.25;

/** Columns over time, each stacked of what it is made of; and the same as a table. */
export function StackedColumns({ title, summary, slotLabel, series, slots }: StackedColumnsProps) {
  const sums = slots.map(({ values }) => values.reduce((sum, value) => sum + value, 0));
  const most = Math.max(...sums, 1);
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.title}>{title}</figcaption>
      <ul className={styles.legend} aria-hidden="true">
        {series.map(({ key, label }, index) => (
          <li key={key}>
            <svg width="12" height="12" aria-hidden="true">
              <rect width="12" height="12" rx="2" data-series={index} className={styles.column} />
            </svg>
            {label}
          </li>
        ))}
      </ul>
      <div className={styles.plot}>
        <span className={styles.most} aria-hidden="true">
          {most}
        </span>
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${slots.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          width="100%"
          height={HEIGHT}
          className={styles.columns}
        >
          <title>{summary}</title>
          {slots.map(({ key, values }, at) => {
            let top = HEIGHT;
            return values.map((value, index) => {
              const height = (value / most) * HEIGHT;
              top -= height;
              return (
                <rect
                  key={`${key}-${series[index]?.key}`}
                  className={styles.column}
                  data-series={index}
                  x={at + GAP / 2}
                  y={top.toFixed(2)}
                  width={1 - GAP}
                  height={height.toFixed(2)}
                />
              );
            });
          })}
        </svg>
      </div>
      <p className={styles.ends} aria-hidden="true">
        <span>{slots[0]?.label}</span>
        <span>{slots.at(-1)?.label}</span>
      </p>
      <ChartTable
        caption={title}
        columns={[
          { key: "slot", label: slotLabel },
          ...series.map(({ key, label }) => ({ key, label, isNumber: true })),
        ]}
        rows={slots.map(({ key, label, values }) => ({ key, cells: [label, ...values] }))}
      />
    </figure>
  );
}
