import type { Metadata } from "next";
import { AdminOrder } from "@/components/admin/orders/AdminOrder";
import { requireAdminOfPage } from "../../admin-of-page";

export const metadata: Metadata = { title: "Order" };

export default async function OrderPage({ params }: { params: Promise<{ orderId: string }> }) {
  const { orderId } = await params;
  await requireAdminOfPage(`/admin/orders/${encodeURIComponent(orderId)}`);
  return <AdminOrder orderId={orderId} />;
}
