"use client";

import { useServerNow } from "@/contexts/CartContext";
import { useCheckout, useCheckoutStore } from "@/contexts/CheckoutContext";
import type { OpenPayment } from "@/contracts/checkout";
import { checkoutFailureText } from "@/domain/checkout-wording";
import { moneyText } from "@/domain/money";
import { clockText } from "@/domain/time-left";
import { listOf, unitsText } from "@/domain/wording";
import { LocalTime } from "../LocalTime";
import { Button } from "../ui/Button";
import { ButtonLink } from "../ui/ButtonLink";
import { Icon } from "../ui/Icon";
import { Notice } from "../ui/Notice";
import styles from "./OpenPaymentPanel.module.css";

/** A payment that was begun and not finished: until when it keeps its units, and the two ways on. */
export function OpenPaymentPanel({ payment }: { payment: OpenPayment }) {
  const { failure } = useCheckout();
  const { totalCents, currency } = payment;
  return (
    <section className={styles.panel} aria-labelledby="open-payment">
      <h2 id="open-payment" className={styles.title}>
        {payment.status === "open" ? "Your payment is open" : "Your bank is at work"}
      </h2>
      <p>
        {listOf(payment.lines.map(({ name, quantity }) => `${name} (${unitsText(quantity)})`))} for{" "}
        <strong>{moneyText(totalCents, currency)}</strong> with shipping.
      </p>
      {payment.status === "open" ? <Window payment={payment} /> : <Processing orderUrl={payment.orderUrl} />}
      {failure !== null && (
        <Notice role="alert">{checkoutFailureText(failure.failure, failure.doing)}</Notice>
      )}
    </section>
  );
}

function Window({ payment }: { payment: OpenPayment }) {
  const store = useCheckoutStore();
  const { busy } = useCheckout();
  const left = Math.max(0, Date.parse(payment.windowEndsAt) - useServerNow());
  return (
    <>
      <p className={styles.window}>
        <Icon name={left > 0 ? "clock" : "alert"} size={18} />
        {left > 0 ? (
          <span>
            Kept for you until you have paid, or for another{" "}
            <span role="timer" aria-live="off" aria-label="Time left to pay" className={styles.clock}>
              {clockText(left)}
            </span>
            <LocalTime before=", until " instant={payment.windowEndsAt} />.
          </span>
        ) : (
          <span>The time to pay is over. We are asking the payment service what became of it …</span>
        )}
      </p>
      <div className={styles.ways}>
        {left > 0 && <WayToPay url={payment.url} />}
        <Button look="secondary" pending={busy !== null} onClick={() => void store.goBack()}>
          {busy === "going_back" ? "Going back …" : "Back to the cart"}
        </Button>
      </div>
    </>
  );
}

/** Without a URL the payment service was away: the same payment is tried again, or left. */
function WayToPay({ url }: { url: string | null }) {
  const store = useCheckoutStore();
  const { busy, failure } = useCheckout();
  if (url !== null) {
    return (
      <ButtonLink href={url} prefetch={false}>
        Continue to the payment
      </ButtonLink>
    );
  }
  if (failure?.doing !== "paying") return null;
  return (
    <Button pending={busy !== null} onClick={() => void store.payAgain()}>
      Try the payment again
    </Button>
  );
}

function Processing({ orderUrl }: { orderUrl: string }) {
  return (
    <>
      <p className={styles.soft}>
        You have done your part. The pieces are kept until your bank has answered.
      </p>
      <div className={styles.ways}>
        <ButtonLink href={orderUrl} look="secondary" prefetch={false}>
          See the order
        </ButtonLink>
      </div>
    </>
  );
}
