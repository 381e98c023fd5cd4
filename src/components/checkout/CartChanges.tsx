"use client";

import { useCart } from "@/contexts/CartContext";
import { useCheckout, useCheckoutStore } from "@/contexts/CheckoutContext";
import type { Quote } from "@/contracts/checkout";
import { differenceText } from "@/domain/cart-differences";
import { moneyText } from "@/domain/money";
import { LapsedLines } from "../cart/LapsedLines";
import { Button } from "../ui/Button";
import styles from "./CartChanges.module.css";

/** Nothing shrinks in silence: what is not as it was is said line by line, and paid only after a yes. */
export function CartChanges({ quote }: { quote: Quote }) {
  const store = useCheckoutStore();
  const { changes, isChanged } = useCheckout();
  const lapsed = useCart().cart?.lapsed ?? [];
  // The box is there before it has anything to say: only then every screen reader hears of it.
  if (!isChanged) return <div role="alert" />;
  const currency = quote.currency ?? "EUR";
  const gone = new Set(changes.filter(({ change }) => change === "gone").map(({ variantId }) => variantId));
  return (
    <div role="alert" className={styles.changes}>
      <h2 className={styles.title}>Your cart has changed</h2>
      <ul className={styles.list}>
        {changes.map((difference) => (
          <li key={`${difference.variantId} ${difference.change}`}>{differenceText(difference, currency)}</li>
        ))}
        <li>
          The total is <strong>{moneyText(quote.totalCents, currency)}</strong> now.
        </li>
      </ul>
      <LapsedLines lapsed={lapsed.filter(({ variantId }) => gone.has(variantId))} />
      <Button look="secondary" onClick={store.agree}>
        Go on with the cart as it is now
      </Button>
    </div>
  );
}
