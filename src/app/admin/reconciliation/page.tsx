import type { Metadata } from "next";
import { ReconciliationView } from "@/components/admin/orders/ReconciliationView";
import styles from "@/components/admin/page.module.css";
import { requireAdminOfPage } from "../admin-of-page";

export const metadata: Metadata = { title: "Reconciliation" };

export default async function ReconciliationPage() {
  await requireAdminOfPage("/admin/reconciliation");
  return (
    <>
      <h1 className={styles.title}>Reconciliation</h1>
      <ReconciliationView />
    </>
  );
}
