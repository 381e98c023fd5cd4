"use client";

import { useServerNow } from "@/contexts/CartContext";
import type { Quote } from "@/contracts/checkout";
import { clockText, timeLeft } from "@/domain/time-left";
import { ButtonLink } from "../ui/ButtonLink";
import { PricedLines, Totals } from "./PricedLines";
import styles from "./QuoteSummary.module.css";

/** What is about to be paid, by the database's prices. */
export function QuoteSummary({ quote }: { quote: Quote }) {
  const now = useServerNow();
  const currency = quote.currency ?? "EUR";
  return (
    <aside className={styles.summary} aria-label="Your order">
      <h2 className={styles.title}>Your order</h2>
      <PricedLines
        currency={currency}
        lines={quote.lines.map((line) => ({
          id: line.reservationId,
          name: line.productName,
          facts: [line.variantName, `held ${clockText(timeLeft(line, now).milliseconds)}`]
            .filter(Boolean)
            .join(" · "),
          quantity: line.quantity,
          unitPriceCents: line.unitPriceCents,
          imagePath: line.imagePath,
        }))}
      />
      <Totals {...quote} currency={currency} totalLabel="Total to pay" />
      <ButtonLink href="/cart" look="quiet" size="small">
        Change the cart
      </ButtonLink>
    </aside>
  );
}
