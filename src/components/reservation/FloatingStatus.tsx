"use client";

import { usePathname } from "next/navigation";
import { useCart, useCartStore, useServerNow } from "@/contexts/CartContext";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { lineSubject } from "@/contexts/cart-reducer";
import { activeLines, extendable, isPending } from "@/contexts/cart-store";
import type { CartLine } from "@/contracts/reservations";
import { soonestOf, timeLeft } from "@/domain/time-left";
import { lineName } from "@/domain/wording";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { Countdown } from "./Countdown";
import { EndedNotice } from "./EndedNotice";
import styles from "./FloatingStatus.module.css";
import { LEVEL_WORDS } from "./level-words";

/** Visible while something is held, on every page but the cart's, where each line has its own clock in sight. */
export function FloatingStatus() {
  const state = useCart();
  const soonest = soonestOf(activeLines(state));
  const showsSoonest = usePathname() !== "/cart" && soonest !== undefined;
  if (!showsSoonest && state.ended.length === 0) return null;
  return (
    <aside className={styles.floating} aria-label="What is held for you">
      {state.ended.length > 0 && <EndedNotice ended={state.ended} />}
      {showsSoonest && <Soonest line={soonest} />}
    </aside>
  );
}

function Soonest({ line }: { line: CartLine }) {
  const store = useCartStore();
  const state = useCart();
  const drawer = useCartDrawer();
  const left = timeLeft(line, useServerNow());
  const keepable = extendable(state);
  const several = activeLines(state).length > 1;
  return (
    <div className={styles.soonest} data-level={left.level}>
      <Countdown left={left} label={`Time left for ${lineName(line)}`} words={LEVEL_WORDS[left.level]} />
      <div className={styles.actions}>
        <Button look="quiet" size="small" className={styles.view} onClick={() => drawer.open()}>
          View cart
        </Button>
        <Button
          look="secondary"
          size="small"
          inactive={keepable.length === 0}
          pending={keepable.some((one) => isPending(state, lineSubject(one.reservationId)))}
          onClick={() => void store.extendAll()}
        >
          {keepLabel(keepable.length, several)}
        </Button>
      </div>
      <FailureNotice subject={lineSubject(line.reservationId)} />
    </div>
  );
}

function keepLabel(keepable: number, several: boolean): string {
  if (keepable === 0) return "At its longest";
  return several ? "Keep all" : "Keep longer";
}
