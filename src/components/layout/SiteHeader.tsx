import Link from "next/link";
import { CartButton } from "../cart/CartButton";
import { Logo } from "./Logo";
import styles from "./SiteHeader.module.css";

export function SiteHeader() {
  return (
    <header className={styles.header}>
      <Link href="/" className={styles.home}>
        <Logo size={34} />
        <span>Holdfast</span>
      </Link>
      <nav aria-label="Shop" className={styles.nav}>
        <Link href="/#pieces" className={styles.link}>
          Pieces
        </Link>
        <CartButton />
      </nav>
    </header>
  );
}
