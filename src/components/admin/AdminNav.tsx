"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import styles from "./admin.module.css";

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
  return (
    <nav className={styles.nav} aria-label="Admin">
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
