"use client";

import type { ReactNode } from "react";
import { useCart, useCartStore } from "@/contexts/CartContext";
import { useCheckout } from "@/contexts/CheckoutContext";
import type { CartState } from "@/contexts/cart-reducer";
import { failureText } from "@/domain/refusals";
import { OpenPaymentPanel } from "../checkout/OpenPaymentPanel";
import { localTimeText } from "../LocalTime";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import styles from "./CartContents.module.css";
import { CartLineItem } from "./CartLineItem";
import { CartSummary } from "./CartSummary";
import { EmptyCart } from "./EmptyCart";
import { LapsedLines } from "./LapsedLines";

interface CartContentsProps {
  layout: "narrow" | "wide";
  action?: ReactNode;
  onLeave?: () => void;
}

/** The cart, in the drawer and on its page: lines, what is no longer held, the sum. */
export function CartContents({ layout, action, onLeave }: CartContentsProps) {
  const state = useCart();
  const openPayment = useCheckout().checkout?.openPayment ?? null;
  const lines = state.cart?.lines ?? [];
  const isEmpty = state.known && state.readFailure === null && lines.length === 0;
  return (
    <div className={styles.contents} data-layout={layout}>
      <div className={styles.main}>
        <ReadFailure state={state} />
        {!state.known && state.readFailure === null && <p role="note">Looking up your cart …</p>}
        {openPayment !== null && <OpenPaymentPanel payment={openPayment} />}
        {isEmpty && openPayment === null && <EmptyCart />}
        {lines.length > 0 && (
          <ul>
            {lines.map((line) => (
              <CartLineItem key={line.reservationId} line={line} />
            ))}
          </ul>
        )}
        <LapsedLines lapsed={state.cart?.lapsed ?? []} />
      </div>
      {state.cart && lines.length > 0 && (
        <section className={styles.side} aria-label="Total">
          <CartSummary cart={state.cart} onLeave={onLeave}>
            {action}
          </CartSummary>
        </section>
      )}
    </div>
  );
}

/** An outage is not an empty cart: what we knew stays, and we say that it may be old. */
function ReadFailure({ state }: { state: CartState }) {
  const store = useCartStore();
  if (state.readFailure === null) return null;
  return (
    <Notice role="alert">
      <p>{failureText(state.readFailure, { holdsSome: false, formatTime: localTimeText })}</p>
      {state.known && <p>This is your cart as we last knew it.</p>}
      <div>
        <Button look="secondary" size="small" onClick={() => void store.refresh()}>
          Try again
        </Button>
      </div>
    </Notice>
  );
}
