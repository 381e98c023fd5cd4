import type { Metadata } from "next";
import { FindingsTable } from "@/components/admin/FindingsTable";
import styles from "@/components/admin/page.module.css";
import { RepairPanel } from "@/components/admin/RepairPanel";
import { checkConsistency } from "@/lib/cart-utils/stock-health";
import { requireAdminOfPage } from "../admin-of-page";

export const metadata: Metadata = { title: "Consistency" };

export default async function ConsistencyPage() {
  await requireAdminOfPage("/admin/consistency");
  const { findings } = await checkConsistency();
  return (
    <>
      <h1 className={styles.title}>Consistency</h1>
      <p className={styles.lead}>
        Counters, holds, shoppers and the ledger, compared in one look. Nothing of the shop’s own can make
        them differ; a restored backup or a hand in the database can.
      </p>
      <section className={styles.section} aria-labelledby="findings">
        <h2 id="findings">{findings.length === 0 ? "Nothing is wrong" : `Found: ${findings.length}`}</h2>
        <FindingsTable findings={findings} />
      </section>
      <section className={styles.section} aria-labelledby="repair">
        <h2 id="repair">Mend</h2>
        <p className={styles.soft}>
          Counters follow the holds, and the ledger what is on hand. What only a person can decide is left:
          whose promise is broken, or where units are.
        </p>
        <RepairPanel drifts={findings.length} />
      </section>
    </>
  );
}
