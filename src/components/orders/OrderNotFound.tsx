import { ButtonLink } from "../ui/ButtonLink";
import styles from "./OrderView.module.css";

export function OrderNotFound() {
  return (
    <div className={styles.head} role="alert">
      <h1 className={styles.title}>This link opens no order.</h1>
      <p className={styles.words}>
        Perhaps a part of it got lost: take the whole link from the e-mail. Whoever bought with an account
        finds the order there.
      </p>
      <div className={styles.ways}>
        <ButtonLink href="/account" prefetch={false}>
          Your account
        </ButtonLink>
        <ButtonLink href="/" look="secondary">
          Back to the shop
        </ButtonLink>
      </div>
    </div>
  );
}
