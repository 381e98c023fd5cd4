import type { Order } from "@/contracts/orders";
import { countryName } from "@/domain/countries";
import { moneyText } from "@/domain/money";
import { refundText } from "@/domain/order-wording";
import { unitsText } from "@/domain/wording";
import { PricedLines, Totals } from "../checkout/PricedLines";
import { LocalTime } from "../LocalTime";
import styles from "./OrderView.module.css";

export function OrderDetails({ order }: { order: Order }) {
  return (
    <div className={styles.details}>
      <section className={styles.box} aria-labelledby="order-lines">
        <h2 id="order-lines">What you ordered</h2>
        <OrderLines order={order} />
      </section>
      <div className={styles.side}>
        {order.refunds.length > 0 && <Refunds order={order} />}
        {order.address.line1 !== null && (
          <section aria-labelledby="order-address">
            <h2 id="order-address">Delivery address</h2>
            <AddressText address={order.address} />
          </section>
        )}
        <p className={styles.soft}>
          <LocalTime before="Ordered on " instant={order.createdAt} withDate />
        </p>
      </div>
    </div>
  );
}

export function OrderLines({ order }: { order: Order }) {
  return (
    <>
      <PricedLines
        currency={order.currency}
        lines={order.lines.map((line) => ({
          id: line.orderLineId,
          name: line.productName,
          facts: [
            line.variantName,
            line.refundedQuantity > 0 && `${unitsText(line.refundedQuantity)} paid back`,
          ]
            .filter(Boolean)
            .join(" · "),
          quantity: line.quantity,
          unitPriceCents: line.unitPriceCents,
          imagePath: line.imagePath,
        }))}
      />
      <Totals {...order} />
    </>
  );
}

function Refunds({ order }: { order: Order }) {
  return (
    <section aria-labelledby="order-refunds">
      <h2 id="order-refunds">Paid back</h2>
      <ul className={styles.refunds}>
        {order.refunds.map((refund) => (
          <li key={refund.refundId}>
            <strong>{moneyText(refund.amountCents, order.currency)}</strong>. {refundText(refund)}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** As it stands on a parcel. What was erased leaves no empty line. */
export function AddressText({ address }: { address: Order["address"] }) {
  const { name, line1, line2, postalCode, city, country } = address;
  const town = [postalCode, city].filter(Boolean).join(" ");
  const lines = [name, line1, line2, town, country && countryName(country)].filter(Boolean);
  return (
    <address>
      {lines.map((line, nth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an address never change their places
        <div key={nth}>{line}</div>
      ))}
    </address>
  );
}
