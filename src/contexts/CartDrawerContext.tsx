"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

interface CartDrawer {
  isOpen: boolean;
  /** What has just been added, to be shown first of all; null when the cart was opened to look at. */
  added: string | null;
  open(addedVariantId?: string): void;
  close(): void;
}

const CartDrawerContext = createContext<CartDrawer | null>(null);

export function CartDrawerProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const [added, setAdded] = useState<string | null>(null);
  const drawer = useMemo(
    () => ({
      isOpen,
      added,
      open(addedVariantId?: string) {
        setAdded(addedVariantId ?? null);
        setOpen(true);
      },
      close: () => setOpen(false),
    }),
    [isOpen, added],
  );
  return <CartDrawerContext value={drawer}>{children}</CartDrawerContext>;
}

export function useCartDrawer(): CartDrawer {
  const drawer = useContext(CartDrawerContext);
  if (drawer === null) throw new Error("useCartDrawer is used outside of a CartDrawerProvider");
  return drawer;
}
