"use client";

import { adminOrdersApi } from "@/contexts/admin-orders-api";
import type { Order, Refund } from "@/contracts/orders";
import { RESTOCK_WORDS } from "@/domain/admin-order-wording";
import { moneyText } from "@/domain/money";
import { refundText } from "@/domain/order-wording";
import { lineName, unitsText } from "@/domain/wording";
import { LocalTime } from "../../LocalTime";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";
import { RestockMore } from "./RestockMore";
import { type OrderActionProps, useOrderAction } from "./use-order-action";

/** What was paid back, and the decision about the units where it is still open. */
export function RefundsAndRestock({ order, onOrder }: OrderActionProps) {
  const { pending, trouble, run } = useOrderAction(order, onOrder);
  if (order.refunds.length === 0) return null;
  return (
    <section className={styles.box} aria-labelledby="refunds">
      <h2 id="refunds">Paid back</h2>
      <ul className={styles.refunds}>
        {order.refunds.map((refund) => (
          <li key={refund.refundId}>
            <p>
              <strong>{moneyText(refund.amountCents, order.currency)}</strong>
              <LocalTime before=", " instant={refund.createdAt} withDate />. {refundText(refund)}
            </p>
            {refund.status === "failed" && (
              <div className={styles.ways}>
                <Button
                  look="secondary"
                  size="small"
                  pending={pending}
                  onClick={() => void run(() => adminOrdersApi.retryRefund(order, refund.refundId))}
                >
                  Try the refund again
                </Button>
              </div>
            )}
            {refund.lines.map((line) => (
              <RestockLine
                key={line.orderLineId}
                order={order}
                line={line}
                pending={pending}
                onDecide={(restock) =>
                  void run(() =>
                    adminOrdersApi.decideRestock(order, {
                      refundId: refund.refundId,
                      orderLineId: line.orderLineId,
                      restock,
                    }),
                  )
                }
              />
            ))}
            <RestockMore
              order={order}
              refund={refund}
              pending={pending}
              onDecide={(body) => void run(() => adminOrdersApi.decideRestock(order, body))}
            />
          </li>
        ))}
      </ul>
      {trouble !== null && <Notice role="alert">{trouble}</Notice>}
    </section>
  );
}

interface RestockLineProps {
  order: Order;
  line: Refund["lines"][number];
  pending: boolean;
  onDecide: (restock: boolean) => void;
}

function RestockLine({ order, line, pending, onDecide }: RestockLineProps) {
  const sold = order.lines.find(({ orderLineId }) => orderLineId === line.orderLineId);
  const name = sold ? lineName(sold) : "A line";
  if (line.restock !== "undecided") {
    return (
      <p className={styles.soft}>
        {name}, {unitsText(line.quantity)}: {RESTOCK_WORDS[line.restock].toLowerCase()}
      </p>
    );
  }
  return (
    <div className={styles.ways}>
      <p>
        {name}, {unitsText(line.quantity)}: can they be sold again?
      </p>
      <Button
        look="secondary"
        size="small"
        pending={pending}
        aria-label={`${name}: back on the shelf`}
        onClick={() => onDecide(true)}
      >
        Back on the shelf
      </Button>
      <Button
        look="secondary"
        size="small"
        pending={pending}
        aria-label={`${name}: not for sale again`}
        onClick={() => onDecide(false)}
      >
        Not for sale again
      </Button>
    </div>
  );
}
