import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";
import { EraseAccount } from "@/components/account/EraseAccount";
import { SignOutButton } from "@/components/account/SignOutButton";
import { CartContents } from "@/components/cart/CartContents";
import { OrderList } from "@/components/orders/OrderList";
import { userOfPage } from "@/lib/auth/user-of-page";
import styles from "./page.module.css";

export const metadata: Metadata = { title: "Your account" };

export default async function AccountPage() {
  const user = await userOfPage();
  if (user === null) redirect("/sign-in?next=/account");
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Your account</h1>
      <div className={styles.who}>
        <p>
          Signed in as <strong>{user.email}</strong>
          {user.isAdmin && (
            <>
              , <Link href="/admin">an admin of the shop</Link>
            </>
          )}
        </p>
        <SignOutButton />
      </div>
      <section className={styles.section} aria-labelledby="holds">
        <h2 id="holds">Held for you</h2>
        <CartContents layout="wide" />
      </section>
      <section className={styles.section} aria-labelledby="orders">
        <h2 id="orders">Your orders</h2>
        <OrderList />
      </section>
      <section className={styles.section} aria-labelledby="erase">
        <h2 id="erase">Erase this account</h2>
        <p className={styles.soft}>
          What is held for you is given back at once, and you are signed out everywhere. What you bought stays
          in the shop’s books, without your name. This cannot be undone.
        </p>
        <EraseAccount />
      </section>
    </div>
  );
}
