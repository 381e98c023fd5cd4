import { type ComponentProps, type ReactNode, useId } from "react";
import styles from "./Field.module.css";

interface Described {
  label: string;
  hint?: string | undefined;
  /** What is wrong with what was typed. */
  error?: string | undefined;
}

export interface FieldProps extends ComponentProps<"input">, Described {}

/** A labelled line to type into. */
export function Field({ label, hint, error, id, ...input }: FieldProps) {
  const own = useOwnId(id);
  return (
    <Frame label={label} hint={hint} error={error} id={own}>
      <input {...input} {...ariaOf(own, { hint, error })} id={own} className={styles.input} />
    </Frame>
  );
}

/** A labelled choice of one among many. */
export function SelectField({
  label,
  hint,
  error,
  id,
  children,
  ...select
}: ComponentProps<"select"> & Described) {
  const own = useOwnId(id);
  return (
    <Frame label={label} hint={hint} error={error} id={own}>
      <select {...select} {...ariaOf(own, { hint, error })} id={own} className={styles.input}>
        {children}
      </select>
    </Frame>
  );
}

function Frame({ label, hint, error, id, children }: Described & { id: string; children: ReactNode }) {
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children}
      {hint !== undefined && (
        <p id={`${id}-hint`} className={styles.hint}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </div>
  );
}

function useOwnId(given: string | undefined): string {
  const made = useId();
  return given ?? made;
}

function ariaOf(id: string, { hint, error }: Pick<Described, "hint" | "error">) {
  const described = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(
    Boolean,
  );
  return {
    "aria-describedby": described.length > 0 ? described.join(" ") : undefined,
    "aria-invalid": error === undefined ? undefined : true,
  };
}
