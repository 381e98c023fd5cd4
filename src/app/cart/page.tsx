import type { Metadata } from "next";
import { CartContents } from "@/components/cart/CartContents";
import styles from "./page.module.css";

export const metadata: Metadata = { title: "Your cart" };

export default function CartPage() {
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Your cart</h1>
      <CartContents layout="wide" />
    </div>
  );
}
