"use client";

import { useState } from "react";
import { useCart } from "@/contexts/CartContext";
import type { CheckoutState } from "@/contexts/checkout-reducer";

/**
 * What is held and what is not, line by line, shown before the form. Over when nothing is missing or the shopper said
 * to go on; what ends later, while they type, is a change of the cart.
 */
export function useReview({ forecast, isChecked }: Pick<CheckoutState, "forecast" | "isChecked">) {
  const [isDone, setDone] = useState(false);
  const { cart } = useCart();
  const outcomes = new Map(forecast?.lines.map((line) => [line.reservationId, line.outcome]));
  const lines = cart?.lines ?? [];
  const lapsed = cart?.lapsed ?? [];
  const withdrawn = lines.filter((line) => outcomes.get(line.reservationId) === "variant_not_found");
  const isGood = lapsed.length === 0 && withdrawn.length === 0;
  if (isChecked && isGood && lines.length > 0 && !isDone) setDone(true);
  return {
    isNeeded: withdrawn.length > 0 || (lapsed.length > 0 && !isDone),
    held: lines.filter((line) => !withdrawn.includes(line)),
    lapsed,
    withdrawn,
    onContinue: () => setDone(true),
  };
}
