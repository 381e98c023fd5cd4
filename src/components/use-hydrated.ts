"use client";

import { useSyncExternalStore } from "react";

const never = () => () => {};

/** False on the server and while the page wakes up, so that both render the same; true ever after. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}
