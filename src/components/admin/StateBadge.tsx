import type { HoldState } from "@/contracts/admin-reservations";
import { STATE_WORDS } from "@/domain/admin-wording";
import styles from "./marks.module.css";

const TONES: Partial<Record<HoldState, string>> = {
  active: "calm",
  paying: "soon",
  lapsed: "urgent",
};

export function StateBadge({ state }: { state: HoldState }) {
  return (
    <span className={styles.badge} data-tone={TONES[state]}>
      {STATE_WORDS[state]}
    </span>
  );
}
