"use client";

import { failureText } from "@/domain/refusals";
import { localTimeText } from "../LocalTime";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import { OrderDetails } from "./OrderDetails";
import { OrderHead } from "./OrderHead";
import { OrderNotFound } from "./OrderNotFound";
import styles from "./OrderView.module.css";
import { type OrderLink, useOrder } from "./use-order";

const UNKNOWN = new Set(["order_not_found", "validation_failed"]);

/** An order as the person sees it who bought: what became of it, and what it is. */
export function OrderView(link: OrderLink) {
  const { order, failure, look } = useOrder(link);
  if (order === null && failure?.kind === "refused" && UNKNOWN.has(failure.code)) return <OrderNotFound />;
  return (
    <div className={styles.order}>
      <OrderHead order={order} isReturning={link.sessionId !== null} />
      {failure !== null && (
        <Notice role="alert">
          <p>{failureText(failure, { holdsSome: false, formatTime: localTimeText })}</p>
          {order !== null && <p>This is the order as we last knew it.</p>}
          <div>
            <Button look="secondary" size="small" onClick={look}>
              Try again
            </Button>
          </div>
        </Notice>
      )}
      {order !== null && <OrderDetails order={order} />}
    </div>
  );
}
