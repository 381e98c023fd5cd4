import type { Metadata } from "next";
import Link from "next/link";
import { ImportForm } from "@/components/admin/ImportForm";
import styles from "@/components/admin/page.module.css";
import { readStock } from "@/lib/admin/stock";
import { requireAdminOfPage } from "../../admin-of-page";

export const metadata: Metadata = { title: "Import a count" };

export default async function ImportPage() {
  await requireAdminOfPage("/admin/stock/import");
  const { locations } = await readStock();
  return (
    <>
      <div>
        <p>
          <Link href="/admin/stock">Stock</Link>
        </p>
        <h1 className={styles.title}>Import a count</h1>
      </div>
      <p className={styles.lead}>
        What was counted replaces what is on hand, all rows at once or none. Look at the preview first: what
        is sold after it is not counted away, the import then asks for another look.
      </p>
      <p className={styles.soft}>
        Locations: {locations.map(({ code, name }) => `${code} (${name})`).join(", ")}. To move single units,
        or to take held ones back, adjust the level itself.
      </p>
      <ImportForm />
    </>
  );
}
