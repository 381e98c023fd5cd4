"use client";

import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Availability, AvailabilityList } from "@/contracts/catalogue";
import { type AvailabilityStore, createAvailabilityStore } from "./availability-store";
import { browserFetch } from "./browser-fetch";
import { useCartStore } from "./CartContext";
import { browserTime } from "./time";
import { onWakeUp } from "./wake-ups";

const AvailabilityContext = createContext<AvailabilityStore | null>(null);

/** Keeps what is free current for all variants of one page, beginning with what the server rendered. */
export function AvailabilityProvider({
  initial,
  children,
}: {
  initial: AvailabilityList;
  children: ReactNode;
}) {
  const cartStore = useCartStore();
  const [store] = useState(() =>
    createAvailabilityStore({
      fetch: browserFetch,
      time: browserTime,
      initial,
      serverNow: cartStore.serverNow,
      isVisible: () => document.visibilityState === "visible",
    }),
  );
  useEffect(() => store.receive(initial), [store, initial]);
  useEffect(() => {
    const stop = store.start();
    const sleep = onWakeUp(() => void store.refresh());
    const unsubscribe = cartStore.onChange(store.refreshAfterChange);
    return () => {
      unsubscribe();
      sleep();
      stop();
    };
  }, [store, cartStore]);
  return <AvailabilityContext value={store}>{children}</AvailabilityContext>;
}

/** The newest word on each of these variants; what the page was rendered with where there is none newer. */
export function useAvailability<Variant extends { id: string; availability: Availability }>(
  variants: readonly Variant[],
): Variant[] {
  const store = useContext(AvailabilityContext);
  if (store === null) throw new Error("useAvailability is used outside of an AvailabilityProvider");
  const known = useSyncExternalStore(store.subscribe, store.getAll, store.getAll);
  return variants.map((variant) => ({
    ...variant,
    availability: known.get(variant.id) ?? variant.availability,
  }));
}
