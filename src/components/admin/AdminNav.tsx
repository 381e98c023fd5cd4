"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import styles from "./page.module.css";

const PAGES = [
  ["/admin", "Overview"],
  ["/admin/reservations", "Reservations"],
  ["/admin/orders", "Orders"],
  ["/admin/products", "Products"],
  ["/admin/stock", "Stock"],
  ["/admin/timeline", "Why unavailable?"],
  ["/admin/sweep", "Sweep"],
  ["/admin/consistency", "Consistency"],
  ["/admin/reconciliation", "Reconciliation"],
  ["/admin/settings", "Settings"],
] as const;

export function AdminNav() {
  const path = usePathname();
  const isHere = (href: string) => (href === "/admin" ? path === href : path.startsWith(href));
  const nav = useRef<HTMLElement>(null);
  // On a phone the links are one line, of which a part is seen.
  useEffect(() => {
    const here = path && nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (here && nav.current) nav.current.scrollLeft = here.offsetLeft - nav.current.clientWidth / 3;
  }, [path]);
  return (
    <nav ref={nav} className={styles.nav} aria-label="Admin">
      <ul>
        {PAGES.map(([href, label]) => (
          <li key={href}>
            {/* No prefetch: figures that were read before somebody looks are old by then. */}
            <Link href={href} prefetch={false} aria-current={isHere(href) ? "page" : undefined}>
              {label}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
