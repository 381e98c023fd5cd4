"use client";

import { usePathname } from "next/navigation";
import { useCart, useCartStore, useServerNow } from "@/contexts/CartContext";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { useCheckout } from "@/contexts/CheckoutContext";
import { lineSubject } from "@/contexts/cart-reducer";
import { activeLines, extendable, isPending } from "@/contexts/cart-store";
import type { OpenPayment } from "@/contracts/checkout";
import type { CartLine } from "@/contracts/reservations";
import { clockText, soonestOf, timeLeft } from "@/domain/time-left";
import { lineName } from "@/domain/wording";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { ButtonLink } from "../ui/ButtonLink";
import { Countdown } from "./Countdown";
import { EndedNotice } from "./EndedNotice";
import styles from "./FloatingStatus.module.css";
import { LEVEL_WORDS } from "./level-words";

/** Where the cart is in sight, and with it the clock of every line and of an open payment. */
const SHOWS_THE_CART = new Set(["/cart", "/account"]);

/** Visible while something is held or being paid, on every page where the cart itself is not. */
export function FloatingStatus() {
  const state = useCart();
  const openPayment = useCheckout().checkout?.openPayment;
  const pathname = usePathname();
  const inCart = SHOWS_THE_CART.has(pathname);
  const soonest = soonestOf(activeLines(state));
  const showsSoonest = !inCart && soonest !== undefined;
  const showsPayment = !inCart && pathname !== "/checkout" && openPayment?.status === "open";
  if (!showsSoonest && !showsPayment && state.ended.length === 0) return null;
  return (
    <aside className={styles.floating} aria-label="What is held for you">
      {state.ended.length > 0 && <EndedNotice ended={state.ended} />}
      {showsPayment && <PaymentStatus payment={openPayment} />}
      {showsSoonest && <Soonest line={soonest} />}
    </aside>
  );
}

/** One who wandered off the payment page finds the way back to it. */
function PaymentStatus({ payment }: { payment: OpenPayment }) {
  const left = Math.max(0, Date.parse(payment.windowEndsAt) - useServerNow());
  return (
    <div className={styles.soonest} data-level="calm">
      <div>
        <p className={styles.paying}>Your payment is open</p>
        <p role="timer" aria-live="off" aria-label="Time left to pay" className={styles.clock}>
          {clockText(left)}
        </p>
      </div>
      <ButtonLink href="/checkout" look="secondary" size="small" prefetch={false}>
        Continue or go back
      </ButtonLink>
    </div>
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
