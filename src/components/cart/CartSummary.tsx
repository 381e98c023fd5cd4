"use client";

import type { ReactNode } from "react";
import { useCart, useCartStore } from "@/contexts/CartContext";
import { activeLines, isPending } from "@/contexts/cart-store";
import type { Cart } from "@/contracts/reservations";
import { moneyText } from "@/domain/money";
import { FailureNotice } from "../FailureNotice";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import styles from "./CartSummary.module.css";

export function CartSummary({ cart, children }: { cart: Cart; children?: ReactNode }) {
  const store = useCartStore();
  const state = useCart();
  return (
    <div className={styles.summary}>
      <dl className={styles.total}>
        <dt>Total</dt>
        <dd>{cart.currency === null ? null : moneyText(cart.totalCents, cart.currency)}</dd>
      </dl>
      <Notice tone="plain">
        <p>
          <strong>The till is not open yet.</strong> You can hold pieces, but not pay for them.
        </p>
      </Notice>
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
