import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { ProductForm } from "@/components/admin/ProductForm";
import { PublishButton } from "@/components/admin/PublishButton";
import styles from "@/components/admin/page.module.css";
import { VariantForm } from "@/components/admin/VariantForm";
import { picturesOf } from "@/components/admin/variant-options";
import { minorUnitsOf } from "@/domain/money";
import { listAllProducts } from "@/lib/admin/products";
import { requireAdminOfPage } from "../../admin-of-page";

export const metadata: Metadata = { title: "A product" };

export default async function ProductPage({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  await requireAdminOfPage(`/admin/products/${id}`);
  const { products } = await listAllProducts();
  const product = products.find((one) => one.id === id);
  if (product === undefined) notFound();
  // A shop has one currency: that of whatever it sells already.
  const currency = products.flatMap(({ variants }) => variants)[0]?.currency ?? "EUR";
  return (
    <>
      <div>
        <p>
          <Link href="/admin/products">Products</Link>
        </p>
        <h1 className={styles.title}>{product.name}</h1>
      </div>
      <section className={styles.section} aria-label="In the shop">
        <PublishButton product={product} />
        {product.isPublished && (
          <p>
            <Link href={`/products/${product.slug}`}>See it in the shop</Link>
          </p>
        )}
      </section>
      <section className={styles.section} aria-labelledby="product">
        <h2 id="product">The product</h2>
        <ProductForm product={product} pictures={picturesOf(products)} />
      </section>
      <section className={styles.section} aria-labelledby="variants">
        <h2 id="variants">Variants</h2>
        {[...product.variants, null].map((variant) => (
          <VariantForm
            key={variant?.id ?? "new"}
            productId={product.id}
            variant={variant}
            currency={variant?.currency ?? currency}
            minorUnits={minorUnitsOf(variant?.currency ?? currency)}
          />
        ))}
      </section>
    </>
  );
}
