"use client";

import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { Cart } from "@/contracts/reservations";
import { browserFetch } from "./browser-fetch";
import { createBrowserTabs } from "./browser-tabs";
import type { CartState } from "./cart-reducer";
import { type CartStore, createCartStore } from "./cart-store";
import { type Announcement, createHoldAnnouncer, type HoldAnnouncer } from "./hold-announcer";
import { browserTime } from "./time";
import { onWakeUp } from "./wake-ups";

interface CartServices {
  store: CartStore;
  announcer: HoldAnnouncer;
}

const CartContext = createContext<CartServices | null>(null);

export interface InitialCart {
  /** False when the server could not read the cart: the browser asks again. */
  known: boolean;
  cart: Cart | null;
}

export function CartProvider({ initial, children }: { initial: InitialCart; children: ReactNode }) {
  const [store] = useState(() => createBrowserCartStore(initial));
  return <CartStoreProvider store={store}>{children}</CartStoreProvider>;
}

/** For tests, which bring a store of their own. */
export function CartStoreProvider({ store, children }: { store: CartStore; children: ReactNode }) {
  useEffect(() => {
    const stop = store.start();
    const sleep = onWakeUp(() => void store.refresh());
    return () => {
      sleep();
      stop();
    };
  }, [store]);
  const services = useMemo(() => ({ store, announcer: createHoldAnnouncer(store) }), [store]);
  return <CartContext value={services}>{children}</CartContext>;
}

function useServices(): CartServices {
  const services = useContext(CartContext);
  if (services === null) throw new Error("The cart is used outside of a CartProvider");
  return services;
}

export function useCartStore(): CartStore {
  return useServices().store;
}

export function useCart(): CartState {
  const store = useCartStore();
  return useSyncExternalStore(store.subscribe, store.getState, store.getRendered);
}

/** Whether the shopper holds units of a variant. */
export function useHolds(): (variantId: string) => boolean {
  const lines = useCart().cart?.lines ?? [];
  return (variantId) => lines.some((line) => line.variantId === variantId);
}

/** The server's time, once a second. While the page wakes up it is the moment at which it was rendered. */
export function useServerNow(): number {
  const { ticker, getRendered } = useCartStore();
  const renderedAt = () => Date.parse(getRendered().cart?.serverNow ?? "") || 0;
  return useSyncExternalStore(ticker.subscribe, ticker.read, renderedAt);
}

export function useAnnouncement(): Announcement {
  const { announcer } = useServices();
  return useSyncExternalStore(announcer.subscribe, announcer.read, announcer.read);
}

function createBrowserCartStore(initial: InitialCart): CartStore {
  const inBrowser = typeof window !== "undefined" && "BroadcastChannel" in window;
  return createCartStore({
    fetch: browserFetch,
    time: browserTime,
    initial,
    isStranger: initial.cart === null,
    ...(inBrowser ? { tabs: createBrowserTabs() } : {}),
  });
}
