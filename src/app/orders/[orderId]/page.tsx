import type { Metadata } from "next";
import { OrderView } from "@/components/orders/OrderView";
import styles from "../../cart/page.module.css";

// The address of the page is the way in: it is told to nobody (next.config.ts adds the headers).
export const metadata: Metadata = {
  title: "Your order",
  robots: { index: false, follow: false },
  referrer: "no-referrer",
};

type Query = Partial<Record<"key" | "session_id", string | string[]>>;
type Props = { params: Promise<{ orderId: string }>; searchParams: Promise<Query> };

/** `?key=…` for whoever has no account; `&session_id=…` when they come from the payment page. */
export default async function OrderPage({ params, searchParams }: Props) {
  const [{ orderId }, query] = await Promise.all([params, searchParams]);
  return (
    <div className={styles.page}>
      <OrderView orderId={orderId} linkKey={one(query.key)} sessionId={one(query.session_id)} />
    </div>
  );
}

const one = (value: string | string[] | undefined): string | null =>
  typeof value === "string" ? value : null;
