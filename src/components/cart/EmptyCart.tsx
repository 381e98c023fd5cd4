import Link from "next/link";
import styles from "./EmptyCart.module.css";

export function EmptyCart() {
  return (
    <div className={styles.empty}>
      <p className={styles.title}>Nothing is held for you.</p>
      <p>What you add to the cart is yours for 15 minutes. Nobody else can take it meanwhile.</p>
      <Link href="/#pieces">See the pieces</Link>
    </div>
  );
}
