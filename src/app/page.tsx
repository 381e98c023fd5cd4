import { ProductGrid } from "@/components/catalogue/ProductGrid";
import { Hero } from "@/components/layout/Hero";
import { HowHoldsWork } from "@/components/layout/HowHoldsWork";
import { listProducts } from "@/lib/catalogue";
import styles from "./page.module.css";

// Stock is never a minute old: every visit is rendered anew.
export const dynamic = "force-dynamic";

export default async function HomePage() {
  const list = await listProducts();
  return (
    <>
      <Hero />
      <section id="pieces" className={styles.pieces} aria-labelledby="pieces-title">
        <h2 id="pieces-title" className={styles.title}>
          The pieces
        </h2>
        <ProductGrid list={list} />
      </section>
      <HowHoldsWork />
    </>
  );
}
