import type { Metadata } from "next";
import { AdminOrderList } from "@/components/admin/orders/AdminOrderList";
import styles from "@/components/admin/page.module.css";
import { requireAdminOfPage } from "../admin-of-page";
import { type Query, saidOnce } from "../one-of-query";

export const metadata: Metadata = { title: "Orders" };

export default async function OrdersPage({ searchParams }: { searchParams: Query }) {
  await requireAdminOfPage("/admin/orders");
  const { worklist, status, search } = saidOnce(await searchParams);
  const number = search && /^\s*(?:HF-)?([1-9]\d*)\s*$/i.exec(search)?.[1];
  const email = number ? undefined : search?.trim();
  return (
    <>
      <h1 className={styles.title}>Orders</h1>
      <AdminOrderList filter={{ worklist, status, number, email }} />
    </>
  );
}
