"use client";

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { browserFetch } from "./browser-fetch";
import { useCartStore } from "./CartContext";
import type { CartStore } from "./cart-store";
import type { CheckoutState } from "./checkout-reducer";
import { type CheckoutStore, createCheckoutStore } from "./checkout-store";
import { browserTime } from "./time";
import { onWakeUp } from "./wake-ups";

const CheckoutContext = createContext<CheckoutStore | null>(null);

export function CheckoutProvider({ isStranger, children }: { isStranger: boolean; children: ReactNode }) {
  const cartStore = useCartStore();
  const [store] = useState(() => createBrowserCheckoutStore(cartStore, isStranger));
  return <CheckoutStoreProvider store={store}>{children}</CheckoutStoreProvider>;
}

/** For tests, which bring a store of their own. */
export function CheckoutStoreProvider({ store, children }: { store: CheckoutStore; children: ReactNode }) {
  const cartStore = useCartStore();
  useEffect(() => {
    const stop = store.start();
    const sleep = onWakeUp(store.woke);
    const deafen = cartStore.onChange(departuresOf(cartStore, store.cartChanged));
    return () => {
      deafen();
      sleep();
      stop();
    };
  }, [store, cartStore]);
  return <CheckoutContext value={store}>{children}</CheckoutContext>;
}

/** A hold that left the cart and did not lapse may belong to a payment, which another tab began. */
function departuresOf(cartStore: CartStore, changed: (how: { mayBePaying: boolean }) => void) {
  const holds = () => (cartStore.getState().cart?.lines ?? []).map(({ reservationId }) => reservationId);
  let before = holds();
  return () => {
    const lapsed = cartStore.getState().cart?.lapsed.map(({ reservationId }) => reservationId) ?? [];
    const accounted = new Set([...holds(), ...lapsed]);
    const mayBePaying = before.some((reservationId) => !accounted.has(reservationId));
    before = holds();
    changed({ mayBePaying });
  };
}

export function useCheckoutStore(): CheckoutStore {
  const store = useContext(CheckoutContext);
  if (store === null) throw new Error("The checkout is used outside of a CheckoutProvider");
  return store;
}

export function useCheckout(): CheckoutState {
  const store = useCheckoutStore();
  return useSyncExternalStore(store.subscribe, store.getState, store.getRendered);
}

function createBrowserCheckoutStore(cartStore: CartStore, isStranger: boolean): CheckoutStore {
  return createCheckoutStore({
    fetch: browserFetch,
    time: browserTime,
    serverNow: cartStore.serverNow,
    leave: (url) => window.location.assign(url),
    cartMoved: (where) => cartStore.moved(where),
    isStranger,
  });
}
