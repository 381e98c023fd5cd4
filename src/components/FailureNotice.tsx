"use client";

import { useEffect } from "react";
import { useCart, useCartStore } from "@/contexts/CartContext";
import type { Subject } from "@/contexts/cart-reducer";
import { failureText } from "@/domain/refusals";
import { localTimeText } from "./LocalTime";
import { Notice } from "./ui/Notice";

/** Why the last change of this subject did not happen, beside the control that was used. */
export function FailureNotice({ subject, holdsSome = false }: { subject: Subject; holdsSome?: boolean }) {
  const store = useCartStore();
  // It goes when its place does: an old refusal may be wrong by the time that somebody comes back.
  useEffect(() => () => store.dismissFailure(subject), [store, subject]);
  const failure = useCart().failures.get(subject);
  if (failure === undefined) return null;
  return <Notice role="alert">{failureText(failure, { holdsSome, formatTime: localTimeText })}</Notice>;
}
