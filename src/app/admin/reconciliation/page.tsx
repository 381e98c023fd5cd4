import type { Metadata } from "next";
import styles from "@/components/admin/admin.module.css";
import { ReconciliationView } from "@/components/admin/orders/ReconciliationView";
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
