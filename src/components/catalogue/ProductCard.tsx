"use client";

import Link from "next/link";
import { useAvailability } from "@/contexts/AvailabilityContext";
import type { Product } from "@/contracts/catalogue";
import { productNote } from "@/domain/availability";
import { priceRangeText } from "@/domain/money";
import { Picture } from "../ui/Picture";
import { AvailabilityText } from "./AvailabilityText";
import { HeldByYou } from "./HeldByYou";
import styles from "./ProductCard.module.css";

export function ProductCard({ product, isEarly }: { product: Product; isEarly: boolean }) {
  const variants = useAvailability(product.variants);
  const note = productNote(variants);
  return (
    <article className={styles.card} data-state={note.state}>
      <div className={styles.frame}>
        <Picture
          className={styles.picture}
          src={product.imagePath}
          alt={product.imageAlt}
          width={800}
          height={1000}
          loading={isEarly ? "eager" : "lazy"}
        />
        <div className={styles.badge}>
          <HeldByYou variantIds={variants.map((variant) => variant.id)} />
        </div>
      </div>
      <div className={styles.head}>
        <h3 className={styles.name}>
          <Link href={`/products/${product.slug}`}>{product.name}</Link>
        </h3>
        <p className={styles.price}>{priceRangeText(variants)}</p>
      </div>
      <p className={styles.tagline}>{product.tagline}</p>
      <AvailabilityText note={note} />
    </article>
  );
}
