import type { Metadata } from "next";
import Link from "next/link";
import styles from "@/components/admin/page.module.css";
import { StockTable } from "@/components/admin/StockTable";
import { readStock } from "@/lib/admin/stock";
import { requireAdminOfPage } from "../admin-of-page";
import { type Query, saidOnce } from "../one-of-query";

export const metadata: Metadata = { title: "Stock" };

export default async function StockPage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin/stock");
  const isLowOnly = saidOnce(await searchParams).only === "low";
  const { levels, lowStockAt } = await readStock();
  const low = levels.filter(({ available }) => available <= lowStockAt);
  return (
    <>
      <div className={styles.head}>
        <h1 className={styles.title}>Stock</h1>
        <Link href="/admin/stock/import">Import a count (CSV)</Link>
      </div>
      <nav className={styles.tabs} aria-label="Which levels">
        <Link href="/admin/stock" prefetch={false} aria-current={isLowOnly ? undefined : "true"}>
          All ({levels.length})
        </Link>
        <Link href="/admin/stock?only=low" prefetch={false} aria-current={isLowOnly ? "true" : undefined}>
          Low or none free ({low.length})
        </Link>
      </nav>
      <StockTable levels={isLowOnly ? low : levels} lowStockAt={lowStockAt} />
      <p className={styles.soft}>
        Low: {lowStockAt} available units or fewer, as the settings say. Held counts live holds: what has
        lapsed blocks nobody.
      </p>
    </>
  );
}
