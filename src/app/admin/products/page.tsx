import type { Metadata } from "next";
import Link from "next/link";
import { ProductsTable } from "@/components/admin/ProductsTable";
import styles from "@/components/admin/page.module.css";
import { listAllProducts } from "@/lib/admin/products";
import { requireAdminOfPage } from "../admin-of-page";

export const metadata: Metadata = { title: "Products" };

export default async function ProductsPage() {
  await requireAdminOfPage("/admin/products");
  const { products } = await listAllProducts();
  return (
    <>
      <div className={styles.head}>
        <h1 className={styles.title}>Products</h1>
        <Link href="/admin/products/new">Make a product</Link>
      </div>
      <ProductsTable products={products} />
    </>
  );
}
