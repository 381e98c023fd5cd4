"use client";

import { useCart, useCartStore } from "@/contexts/CartContext";
import { lineSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import type { CartLine, LapsedLine } from "@/contracts/reservations";
import { lineName, unitsText } from "@/domain/wording";
import { LapsedLines } from "../cart/LapsedLines";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { Icon } from "../ui/Icon";
import styles from "./HoldsReview.module.css";

interface HoldsReviewProps {
  held: readonly CartLine[];
  lapsed: readonly LapsedLine[];
  /** Held, but no longer for sale. */
  withdrawn: readonly CartLine[];
  onContinue: () => void;
}

/** Before anything is asked for: what is held, what is not, line by line. */
export function HoldsReview({ held, lapsed, withdrawn, onContinue }: HoldsReviewProps) {
  return (
    <section className={styles.review} aria-labelledby="review-title">
      <h2 id="review-title" className={styles.title}>
        Not everything is held for you any more
      </h2>
      {held.length > 0 && (
        <ul className={styles.held}>
          {held.map((line) => (
            <li key={line.reservationId}>
              <Icon name="check" size={18} />
              {lineName(line)}, {unitsText(line.quantity)}: held for you
            </li>
          ))}
        </ul>
      )}
      {withdrawn.length > 0 && (
        <ul className={styles.withdrawn}>
          {withdrawn.map((line) => (
            <Withdrawn key={line.reservationId} line={line} />
          ))}
        </ul>
      )}
      <LapsedLines lapsed={lapsed} />
      {held.length > 0 && withdrawn.length === 0 && (
        <Button onClick={onContinue}>Continue with what is held</Button>
      )}
    </section>
  );
}

function Withdrawn({ line }: { line: CartLine }) {
  const store = useCartStore();
  const state = useCart();
  const subject = lineSubject(line.reservationId);
  return (
    <li>
      <p>{lineName(line)} is no longer for sale.</p>
      <Button
        look="secondary"
        size="small"
        pending={isPending(state, subject)}
        aria-label={`Remove ${lineName(line)}`}
        onClick={() => void store.release(line.reservationId)}
      >
        Remove
      </Button>
      <FailureNotice subject={subject} />
    </li>
  );
}
