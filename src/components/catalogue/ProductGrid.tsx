import { AvailabilityProvider } from "@/contexts/AvailabilityContext";
import type { ProductList } from "@/contracts/catalogue";
import { ProductCard } from "./ProductCard";
import styles from "./ProductGrid.module.css";

export function ProductGrid({ list }: { list: ProductList }) {
  const availability = list.products.flatMap((product) =>
    product.variants.map((variant) => variant.availability),
  );
  return (
    <AvailabilityProvider initial={{ serverNow: list.serverNow, availability }}>
      <ul className={styles.grid}>
        {list.products.map((product, index) => (
          <li key={product.id}>
            <ProductCard product={product} isEarly={index < 3} />
          </li>
        ))}
      </ul>
    </AvailabilityProvider>
  );
}
