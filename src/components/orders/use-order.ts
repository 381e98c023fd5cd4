"use client";

import { useEffect, useState, useSyncExternalStore } from "react";
import { browserFetch } from "@/contexts/browser-fetch";
import { useCartStore } from "@/contexts/CartContext";
import { useCheckoutStore } from "@/contexts/CheckoutContext";
import { createOrderWatch, type OrderState } from "@/contexts/order-watch";
import { browserTime } from "@/contexts/time";
import { forgetDetails } from "@/contexts/typed-details";
import { onWakeUp } from "@/contexts/wake-ups";

export interface OrderLink {
  orderId: string;
  /** Of the order's link. */
  linkKey: string | null;
  sessionId: string | null;
}

/** One order, kept current as long as something about it is under way. */
export function useOrder({ orderId, linkKey, sessionId }: OrderLink): OrderState & { look: () => void } {
  const cartStore = useCartStore();
  const checkoutStore = useCheckoutStore();
  const [watch] = useState(() =>
    createOrderWatch({
      fetch: browserFetch,
      time: browserTime,
      orderId,
      key: linkKey,
      sessionId,
      isVisible: () => document.visibilityState === "visible",
      onSettled(order) {
        // What was typed for it has done its work.
        if (order.paidAt !== null) forgetDetails();
        cartStore.moved("here");
        checkoutStore.cartChanged();
      },
    }),
  );
  useEffect(() => {
    const stop = watch.start();
    const sleep = onWakeUp(watch.woke);
    return () => {
      sleep();
      stop();
    };
  }, [watch]);
  const state = useSyncExternalStore(watch.subscribe, watch.getState, watch.getRendered);
  // Stripe's session has no place in a bookmark.
  useEffect(() => {
    if (sessionId !== null && state.orderUrl !== null) window.history.replaceState(null, "", state.orderUrl);
  }, [sessionId, state.orderUrl]);
  return { ...state, look: () => void watch.look() };
}
