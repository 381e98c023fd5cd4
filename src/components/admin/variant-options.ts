import type { AdminProduct } from "@/contracts/admin-catalogue";

/** Every variant as a choice. */
export const variantOptions = (products: readonly AdminProduct[]) =>
  products.flatMap(({ name, variants }) =>
    variants.map((variant) => ({ value: variant.id, label: `${name}, ${variant.name} (${variant.sku})` })),
  );

/** The pictures that products have, each once: what is surely part of the deployment. */
export const picturesOf = (products: readonly AdminProduct[]) =>
  [...new Set(products.map(({ imagePath }) => imagePath))].toSorted();
