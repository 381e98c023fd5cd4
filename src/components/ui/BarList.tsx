import { ChartTable } from "./ChartTable";
import styles from "./charts.module.css";

interface BarListProps {
  title: string;
  /** What a value counts: the head of its column. */
  measure: string;
  bars: readonly { key: string; label: string; value: number; text: string }[];
  empty: string;
}

/** Horizontal bars, each with its name and its figure in words; and the same as a table. */
export function BarList({ title, measure, bars, empty }: BarListProps) {
  const most = Math.max(...bars.map(({ value }) => value), 0);
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.title}>{title}</figcaption>
      {bars.length === 0 ? (
        <p className={styles.empty}>{empty}</p>
      ) : (
        <>
          <ul className={styles.bars} aria-hidden="true">
            {bars.map(({ key, label, value, text }) => (
              <li key={key}>
                <span className={styles.barLabel}>
                  <span>{label}</span>
                  <span className={styles.barText}>{text}</span>
                </span>
                <svg className={styles.bar} width="100%" height="10" aria-hidden="true">
                  <rect className={styles.track} width="100%" height="10" rx="3" />
                  <rect
                    className={styles.fill}
                    width={`${most > 0 ? ((value / most) * 100).toFixed(1) : 0}%`}
                    height="10"
                    rx="3"
                  />
                </svg>
              </li>
            ))}
          </ul>
          <ChartTable
            caption={title}
            columns={[
              { key: "name", label: "Name" },
              { key: "value", label: measure, isNumber: true },
            ]}
            rows={bars.map(({ key, label, text }) => ({ key, cells: [label, text] }))}
          />
        </>
      )}
    </figure>
  );
}
