import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { cache } from "react";
import { ProductForm } from "@/components/catalogue/ProductForm";
import { Icon } from "@/components/ui/Icon";
import { Picture } from "@/components/ui/Picture";
import { findProduct } from "@/lib/catalogue";
import styles from "./page.module.css";

// Stock is never a minute old: every visit is rendered anew.
export const dynamic = "force-dynamic";

// Title and page are rendered apart, from one reading.
const findOnce = cache(findProduct);

type Props = { params: Promise<{ slug: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const answer = await findOnce((await params).slug);
  return answer ? { title: answer.product.name, description: answer.product.tagline } : {};
}

export default async function ProductPage({ params }: Props) {
  const answer = await findOnce((await params).slug);
  if (answer === null) notFound();
  const { product } = answer;
  return (
    <article className={styles.product}>
      <div className={styles.pictureSide}>
        <Link href="/#pieces" className={styles.back}>
          <Icon name="back" size={18} />
          All pieces
        </Link>
        <Picture
          className={styles.picture}
          src={product.imagePath}
          alt={product.imageAlt}
          width={800}
          height={1000}
          loading="eager"
        />
      </div>
      <div className={styles.words}>
        <div>
          <h1 className={styles.title}>{product.name}</h1>
          <p className={styles.tagline}>{product.tagline}</p>
        </div>
        <p className={styles.description}>{product.description}</p>
        <ProductForm {...answer} />
        <p className={styles.promise}>
          Adding a piece sets it aside for you, and a clock shows for how long. Nobody else can take it
          meanwhile.
        </p>
      </div>
    </article>
  );
}
