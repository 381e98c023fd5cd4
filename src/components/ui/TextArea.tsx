import { type ComponentProps, useId } from "react";
import styles from "./Field.module.css";

interface TextAreaProps extends ComponentProps<"textarea"> {
  label: string;
  hint?: string;
}

/** A labelled place for more than a line. */
export function TextArea({ label, hint, rows = 5, ...area }: TextAreaProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <textarea
        {...area}
        id={id}
        rows={rows}
        className={styles.input}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
    </div>
  );
}
