"use client";

import { useCart } from "@/contexts/CartContext";
import { Icon } from "../ui/Icon";
import styles from "./HeldByYou.module.css";

/** "All held right now" would puzzle the one who holds them. */
export function HeldByYou({ variantIds }: { variantIds: readonly string[] }) {
  const lines = useCart().cart?.lines ?? [];
  const units = lines
    .filter((line) => variantIds.includes(line.variantId))
    .reduce((sum, line) => sum + line.quantity, 0);
  if (units === 0) return null;
  return (
    <p className={styles.held}>
      <Icon name="check" size={16} />
      You hold {units}
    </p>
  );
}
