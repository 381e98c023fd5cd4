"use client";

import type { ReactNode } from "react";
import { useCart, useCartStore } from "@/contexts/CartContext";
import { activeLines, isPending } from "@/contexts/cart-store";
import type { Cart } from "@/contracts/reservations";
import { moneyText } from "@/domain/money";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { ButtonLink } from "../ui/ButtonLink";
import styles from "./CartSummary.module.css";

interface CartSummaryProps {
  cart: Cart;
  /** The shopper goes on to the checkout: a drawer closes. */
  onLeave?: (() => void) | undefined;
  children?: ReactNode;
}

export function CartSummary({ cart, onLeave, children }: CartSummaryProps) {
  const store = useCartStore();
  const state = useCart();
  return (
    <div className={styles.summary}>
      <dl className={styles.total}>
        <dt>Total</dt>
        <dd>{cart.currency === null ? null : moneyText(cart.totalCents, cart.currency)}</dd>
      </dl>
      <ButtonLink href="/checkout" prefetch={false} {...(onLeave && { onClick: onLeave })}>
        Checkout
      </ButtonLink>
      <p className={styles.small}>Shipping is added at the checkout.</p>
      <FailureNotice subject="cart" />
      <div className={styles.actions}>
        {children}
        <Button
          look="quiet"
          size="small"
          pending={isPending(state, "cart")}
          inactive={activeLines(state).length === 0}
          onClick={() => void store.clear()}
        >
          Clear cart
        </Button>
      </div>
    </div>
  );
}
