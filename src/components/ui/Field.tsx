import { type ComponentProps, useId } from "react";
import styles from "./Field.module.css";

export interface FieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: string;
}

/** A labelled line to type into. */
export function Field({ label, hint, ...input }: FieldProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        id={id}
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
