import type { Metadata } from "next";
import { CheckoutFlow } from "@/components/checkout/CheckoutFlow";
import styles from "../cart/page.module.css";
import { readSessionOfPage } from "../read-session-of-page";

export const metadata: Metadata = { title: "Checkout", robots: { index: false } };

type Props = { searchParams: Promise<{ back?: string | string[] }> };

/** `?back=1` is where Stripe's page leads whoever leaves it. */
export default async function CheckoutPage({ searchParams }: Props) {
  const [{ back }, session] = await Promise.all([searchParams, readSessionOfPage()]);
  return (
    <div className={styles.page}>
      <h1 className={styles.title}>Checkout</h1>
      <CheckoutFlow email={session.email} comesBack={back !== undefined} />
    </div>
  );
}
