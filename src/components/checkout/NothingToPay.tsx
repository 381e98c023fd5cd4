"use client";

import { useCart } from "@/contexts/CartContext";
import type { OpenPayment } from "@/contracts/checkout";
import { EmptyCart } from "../cart/EmptyCart";
import { LapsedLines } from "../cart/LapsedLines";
import { ButtonLink } from "../ui/ButtonLink";
import { Notice } from "../ui/Notice";

/** The cart is empty: what may have become of it, and the ways on. */
export function NothingToPay({ ended }: { ended: OpenPayment | null }) {
  const lapsed = useCart().cart?.lapsed ?? [];
  return (
    <>
      {ended !== null && (
        <Notice tone="plain">
          <p>Your payment has come to its end.</p>
          <div>
            <ButtonLink href={ended.orderUrl} look="secondary" size="small" prefetch={false}>
              See what became of it
            </ButtonLink>
          </div>
        </Notice>
      )}
      <EmptyCart />
      <LapsedLines lapsed={lapsed} />
    </>
  );
}
