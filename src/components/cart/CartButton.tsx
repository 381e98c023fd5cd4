"use client";

import { useCart } from "@/contexts/CartContext";
import { useCartDrawer } from "@/contexts/CartDrawerContext";
import { unitsText } from "@/domain/wording";
import { Icon } from "../ui/Icon";
import styles from "./CartButton.module.css";

export function CartButton() {
  const units = useCart().cart?.totalQuantity ?? 0;
  const drawer = useCartDrawer();
  return (
    <button
      type="button"
      className={styles.button}
      aria-haspopup="dialog"
      aria-label={units === 0 ? "Cart" : `Cart, ${unitsText(units)}`}
      onClick={() => drawer.open()}
    >
      <Icon name="bag" />
      <span className={styles.word}>Cart</span>
      {units > 0 && <span className={styles.count}>{units}</span>}
    </button>
  );
}
