import type { ReactNode } from "react";
import styles from "./Ring.module.css";

const RADIUS = 20;
const AROUND = 2 * Math.PI * RADIUS;

/** A ring that empties. Decoration: whoever uses it says the same in words. */
export function Ring({ fraction, children }: { fraction: number; children?: ReactNode }) {
  return (
    <span className={styles.ring} aria-hidden="true">
      <svg viewBox="0 0 46 46" width="46" height="46" aria-hidden="true">
        <circle cx="23" cy="23" r={RADIUS} className={styles.track} />
        <circle
          cx="23"
          cy="23"
          r={RADIUS}
          className={styles.rest}
          strokeDasharray={AROUND.toFixed(2)}
          strokeDashoffset={(AROUND * (1 - fraction)).toFixed(2)}
        />
      </svg>
      <span className={styles.middle}>{children}</span>
    </span>
  );
}
