"use client";

import { type MouseEvent, useEffect, useRef } from "react";
import styles from "./ErrorSummary.module.css";

interface ErrorSummaryProps {
  title: string;
  /** Each with the id of the field that it is about. */
  errors: readonly { id: string; message: string }[];
  /** A new number for each attempt: the summary takes the focus once for each. */
  attempt: number;
}

/** All that is wrong with a form, first of all; each line leads to its field. */
export function ErrorSummary({ title, errors, attempt }: ErrorSummaryProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (attempt > 0) box.current?.focus();
  }, [attempt]);
  if (errors.length === 0) return null;
  const go = (event: MouseEvent, id: string) => {
    event.preventDefault();
    document.getElementById(id)?.focus();
  };
  return (
    <div ref={box} role="alert" tabIndex={-1} className={styles.summary} aria-label={title}>
      <p className={styles.title}>{title}</p>
      <ul>
        {errors.map(({ id, message }) => (
          <li key={id}>
            <a href={`#${id}`} onClick={(event) => go(event, id)}>
              {message}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
