import Link from "next/link";
import { AccountLink } from "../account/AccountLink";
import { CartButton } from "../cart/CartButton";
import { Logo } from "./Logo";
import styles from "./SiteHeader.module.css";

export function SiteHeader({ email }: { email: string | null }) {
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
        <AccountLink email={email} />
        <CartButton />
      </nav>
    </header>
  );
}
