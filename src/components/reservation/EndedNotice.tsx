"use client";

import { useCartStore } from "@/contexts/CartContext";
import { endedText } from "@/contexts/hold-announcer";
import type { LapsedLine } from "@/contracts/reservations";
import { lineName } from "@/domain/wording";
import { Icon } from "../ui/Icon";
import styles from "./FloatingStatus.module.css";
import { HoldAgain } from "./HoldAgain";

/** Tells the shopper what time has taken, and offers it again. The status line has said it aloud already. */
export function EndedNotice({ ended }: { ended: readonly LapsedLine[] }) {
  const store = useCartStore();
  return (
    <div className={styles.ended}>
      <p>{endedText(ended.map(lineName))}</p>
      <button
        type="button"
        className={styles.dismiss}
        aria-label="Dismiss"
        onClick={() => store.dismissEnded()}
      >
        <Icon name="close" size={18} />
      </button>
      <div className={styles.again}>
        {ended.map((line) => (
          <HoldAgain key={line.reservationId} line={line} />
        ))}
      </div>
    </div>
  );
}
