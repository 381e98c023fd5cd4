import { type ComponentProps, useId } from "react";
import styles from "./Field.module.css";

interface ChoiceProps extends ComponentProps<"select"> {
  label: string;
  options: readonly { value: string; label: string }[];
}

/** A labelled choice of one. */
export function Choice({ label, options, ...select }: ChoiceProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <select {...select} id={id} className={styles.input}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
