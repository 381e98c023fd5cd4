import type { AvailabilityNote } from "@/domain/availability";
import { LocalTime } from "../LocalTime";
import styles from "./AvailabilityText.module.css";

export function AvailabilityText({ note }: { note: AvailabilityNote }) {
  return (
    <p className={styles.note} data-state={note.state}>
      <span className={styles.mark} aria-hidden="true" />
      <span>
        {note.text}
        {note.nextReleaseAt && (
          <LocalTime before=" – the next may come free at " instant={note.nextReleaseAt} />
        )}
      </span>
    </p>
  );
}
