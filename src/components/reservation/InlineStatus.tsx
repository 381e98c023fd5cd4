"use client";

import { useId } from "react";
import { useCart, useCartStore, useServerNow } from "@/contexts/CartContext";
import { lineSubject } from "@/contexts/cart-reducer";
import { isPending } from "@/contexts/cart-store";
import type { CartLine } from "@/contracts/reservations";
import { isAtLongest, timeLeft } from "@/domain/time-left";
import { lineName } from "@/domain/wording";
import { LocalTime } from "../LocalTime";
import { Button } from "../ui/Button";
import { Countdown } from "./Countdown";
import styles from "./InlineStatus.module.css";
import { LEVEL_WORDS } from "./level-words";

export function InlineStatus({ line }: { line: CartLine }) {
  const left = timeLeft(line, useServerNow());
  const paying = line.status === "paying";
  const words = paying ? "Held while your payment is open" : LEVEL_WORDS[left.level];
  return (
    <div className={styles.status} data-level={left.level}>
      <Countdown left={left} label={`Time left for ${lineName(line)}`} words={words} />
      {left.level === "ended" && <p className={styles.reason}>Asking the shop whether it is still yours …</p>}
      {!paying && left.level !== "ended" && <KeepButton line={line} />}
    </div>
  );
}

function KeepButton({ line }: { line: CartLine }) {
  const store = useCartStore();
  const state = useCart();
  const reasonId = useId();
  const longest = isAtLongest(line);
  return (
    <>
      <Button
        look="secondary"
        size="small"
        pending={isPending(state, lineSubject(line.reservationId))}
        inactive={longest}
        aria-label={`Keep ${lineName(line)} longer`}
        aria-describedby={longest ? reasonId : undefined}
        onClick={() => void store.extend(line.reservationId)}
      >
        Keep longer
      </Button>
      {longest && (
        <p id={reasonId} className={styles.reason}>
          This is as long as a hold can last
          <LocalTime before=": it ends at " instant={line.expiresAt} />.
        </p>
      )}
    </>
  );
}
