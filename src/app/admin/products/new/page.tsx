import type { Metadata } from "next";
import Link from "next/link";
import { ProductForm } from "@/components/admin/ProductForm";
import styles from "@/components/admin/page.module.css";
import { picturesOf } from "@/components/admin/variant-options";
import { listAllProducts } from "@/lib/admin/products";
import { requireAdminOfPage } from "../../admin-of-page";

export const metadata: Metadata = { title: "A new product" };

export default async function NewProductPage() {
  await requireAdminOfPage("/admin/products/new");
  const { products } = await listAllProducts();
  return (
    <>
      <div>
        <p>
          <Link href="/admin/products">Products</Link>
        </p>
        <h1 className={styles.title}>A new product</h1>
      </div>
      <p className={styles.lead}>Nobody sees it until it has a variant and is published.</p>
      <ProductForm product={null} pictures={picturesOf(products)} />
    </>
  );
}
