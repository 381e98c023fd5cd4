import type { Metadata } from "next";
import type { ReactNode } from "react";
import { AdminNav } from "@/components/admin/AdminNav";
import styles from "@/components/admin/page.module.css";
import { userOfPage } from "@/lib/auth/user-of-page";

export const metadata: Metadata = {
  title: { default: "Admin – Holdfast", template: "%s – Admin – Holdfast" },
  robots: { index: false },
};

/** The way around for admins. Who may see a page is decided by each page: a layout is not asked again on the way. */
export default async function AdminLayout({ children }: { children: ReactNode }) {
  const user = await userOfPage();
  if (!user?.isAdmin) return children;
  return (
    <div className={styles.shell}>
      <AdminNav />
      <div className={styles.page}>{children}</div>
    </div>
  );
}
