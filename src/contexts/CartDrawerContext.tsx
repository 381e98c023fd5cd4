"use client";

import { createContext, type ReactNode, useContext, useMemo, useState } from "react";

interface CartDrawer {
  isOpen: boolean;
  open(): void;
  close(): void;
}

const CartDrawerContext = createContext<CartDrawer | null>(null);

export function CartDrawerProvider({ children }: { children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const drawer = useMemo(
    () => ({ isOpen, open: () => setOpen(true), close: () => setOpen(false) }),
    [isOpen],
  );
  return <CartDrawerContext value={drawer}>{children}</CartDrawerContext>;
}

export function useCartDrawer(): CartDrawer {
  const drawer = useContext(CartDrawerContext);
  if (drawer === null) throw new Error("useCartDrawer is used outside of a CartDrawerProvider");
  return drawer;
}
