import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { AdjustForm } from "@/components/admin/AdjustForm";
import styles from "@/components/admin/page.module.css";
import { SafetyStockForm } from "@/components/admin/SafetyStockForm";
import { StockTable } from "@/components/admin/StockTable";
import { readStock } from "@/lib/admin/stock";
import { requireAdminOfPage } from "../../../admin-of-page";

export const metadata: Metadata = { title: "A stock level" };

type Props = { params: Promise<{ variantId: string; locationId: string }> };

export default async function LevelPage({ params }: Props) {
  const { variantId, locationId } = await params;
  await requireAdminOfPage(`/admin/stock/${variantId}/${locationId}`);
  const { levels, lowStockAt } = await readStock();
  const level = levels.find((one) => one.variantId === variantId && one.locationId === locationId);
  if (level === undefined) notFound();
  return (
    <>
      <div>
        <p>
          <Link href="/admin/stock">Stock</Link>
        </p>
        <h1 className={styles.title}>
          {level.productName}, {level.variantName}
        </h1>
        <p className={styles.soft}>
          {level.sku} at {level.locationCode}
        </p>
      </div>
      <StockTable levels={[level]} lowStockAt={lowStockAt} />
      <section className={styles.section} aria-labelledby="adjust">
        <h2 id="adjust">Adjust</h2>
        <AdjustForm level={level} />
      </section>
      <section className={styles.section} aria-labelledby="safety">
        <h2 id="safety">Keep some back</h2>
        <SafetyStockForm level={level} />
      </section>
      <p>
        <Link href={`/admin/timeline?variantId=${variantId}`} prefetch={false}>
          What happened to this variant
        </Link>
      </p>
    </>
  );
}
