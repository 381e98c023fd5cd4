"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { StatusLine } from "../reservation/StatusLine";
import { Drawer } from "../ui/Drawer";
import { CartContents } from "./CartContents";
import styles from "./CartDrawer.module.css";

export function CartDrawer() {
  const { isOpen, close } = useCartDrawer();
  useCloseOnNavigation(close);
  return (
    <>
      {/* Behind a modal dialog nothing is spoken: the one status line moves inside while it is open. */}
      {!isOpen && <StatusLine />}
      <Drawer isOpen={isOpen} title="Your cart" onClose={close}>
        <StatusLine />
        <CartContents
          layout="narrow"
          onLeave={close}
          action={
            <Link className={styles.page} href="/cart" onClick={close}>
              Open as a page
            </Link>
          }
        />
      </Drawer>
    </>
  );
}

function useCloseOnNavigation(close: () => void) {
  const pathname = usePathname();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    close();
  }, [pathname, close]);
}
