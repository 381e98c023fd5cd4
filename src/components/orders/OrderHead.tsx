import type { Order } from "@/contracts/orders";
import { orderStory } from "@/domain/order-wording";
import { orderName } from "@/domain/orders";
import { LocalTime } from "../LocalTime";
import { ButtonLink } from "../ui/ButtonLink";
import styles from "./OrderView.module.css";

/** What became of it. One live region, there from the beginning, so that every change of it is said aloud. */
export function OrderHead({ order, isReturning }: { order: Order | null; isReturning: boolean }) {
  const looking = {
    title: isReturning ? "One moment." : "Your order",
    words: isReturning ? "We are asking the payment service about your payment …" : "Looking it up …",
  };
  const story = order === null ? looking : orderStory(order);
  return (
    <header className={styles.head}>
      {order !== null && <p className={styles.number}>Order {orderName(order.number)}</p>}
      <div role="status" className={styles.head}>
        <h1 className={styles.title}>{story.title}</h1>
        <p className={styles.words}>{story.words}</p>
      </div>
      {order !== null && <More order={order} />}
    </header>
  );
}

function More({ order }: { order: Order }) {
  switch (order.status) {
    case "paid":
      return order.shippedAt === null ? <MailNote email={order.email} /> : <Shipped order={order} />;
    case "pending":
      return order.paymentStatus === "open" ? <Unpaid windowEndsAt={order.windowEndsAt} /> : null;
    case "cancelled":
    case "refunded_out_of_stock":
      return <WaysOn isUnpaid={order.status === "cancelled"} />;
    case "refunded":
      return null;
  }
}

function MailNote({ email }: { email: string | null }) {
  if (email === null) return null;
  return (
    <p className={styles.soft}>
      A confirmation goes to <strong>{email}</strong>. Keep the address of this page: it always shows how your
      order is doing.
    </p>
  );
}

function Shipped({ order: { shippedAt, tracking } }: { order: Order }) {
  return (
    <>
      {tracking !== null && (
        <p>
          Tracking: <strong>{tracking}</strong>
        </p>
      )}
      {shippedAt !== null && (
        <p className={styles.soft}>
          <LocalTime before="Shipped on " instant={shippedAt} withDate />
        </p>
      )}
    </>
  );
}

function Unpaid({ windowEndsAt }: { windowEndsAt: string | null }) {
  return (
    <>
      {windowEndsAt !== null && (
        <p className={styles.soft}>
          <LocalTime before="The pieces are kept for you until " instant={windowEndsAt} />
        </p>
      )}
      <div className={styles.ways}>
        <ButtonLink href="/checkout" prefetch={false}>
          Continue or go back
        </ButtonLink>
      </div>
    </>
  );
}

function WaysOn({ isUnpaid }: { isUnpaid: boolean }) {
  return (
    <div className={styles.ways}>
      {isUnpaid && <ButtonLink href="/cart">Back to the cart</ButtonLink>}
      <ButtonLink href="/#pieces" look="secondary">
        See the pieces
      </ButtonLink>
    </div>
  );
}
