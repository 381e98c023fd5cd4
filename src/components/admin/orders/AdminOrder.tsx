"use client";

import { useCallback, useEffect, useState } from "react";
import { adminOrdersApi } from "@/contexts/admin-orders-api";
import type { Order } from "@/contracts/orders";
import { adminOrderFailureText } from "@/domain/admin-order-wording";
import { orderStatusText } from "@/domain/order-wording";
import { orderName } from "@/domain/orders";
import type { Failure } from "@/domain/refusals";
import { LocalTime } from "../../LocalTime";
import { AddressText, OrderLines } from "../../orders/OrderDetails";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";
import { CancelForm } from "./CancelForm";
import { RefundForm } from "./RefundForm";
import { RefundsAndRestock } from "./RefundsAndRestock";
import { ShipForm } from "./ShipForm";

/** One order with all that can be done about it. */
export function AdminOrder({ orderId }: { orderId: string }) {
  const [order, setOrder] = useState<Order | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const read = useCallback(async () => {
    const answer = await adminOrdersApi.read(orderId);
    if (answer.ok) setOrder(answer.value.order);
    setFailure(answer.ok ? null : answer.failure);
  }, [orderId]);
  useEffect(() => void read(), [read]);
  return (
    <div className={styles.page}>
      {failure !== null && (
        <Notice role="alert">
          <p>{adminOrderFailureText(failure)}</p>
          <div>
            <Button look="secondary" size="small" onClick={() => void read()}>
              Try again
            </Button>
          </div>
        </Notice>
      )}
      {order === null && failure === null && <p role="note">Looking it up …</p>}
      {order !== null && <Everything order={order} onOrder={setOrder} onLook={() => void read()} />}
    </div>
  );
}

interface EverythingProps {
  order: Order;
  onOrder: (order: Order) => void;
  onLook: () => void;
}

function Everything({ order, onOrder, onLook }: EverythingProps) {
  const isPaid = order.status === "paid";
  const isOpen = order.status === "pending" || (isPaid && order.shippedAt === null);
  return (
    <>
      <header className={styles.head}>
        <h1 className={styles.title}>Order {orderName(order.number)}</h1>
        <p role="status" className={styles.status}>
          {orderStatusText(order)}
        </p>
        <Button look="quiet" size="small" onClick={onLook}>
          Look again
        </Button>
      </header>
      <div className={styles.columns}>
        <div className={styles.side}>
          <section className={styles.box} aria-label="Lines">
            <OrderLines order={order} />
          </section>
          <Facts order={order} />
        </div>
        <div className={styles.side}>
          {isPaid && order.shippedAt === null && <ShipForm order={order} onOrder={onOrder} />}
          <RefundsAndRestock order={order} onOrder={onOrder} />
          {isPaid && <RefundForm key={order.refunds.length} order={order} onOrder={onOrder} />}
          {isOpen && <CancelForm order={order} onOrder={onOrder} />}
        </div>
      </div>
    </>
  );
}

const MOMENTS = [
  ["Ordered", "createdAt"],
  ["Paid", "paidAt"],
  ["Shipped", "shippedAt"],
  ["Paid back", "refundedAt"],
  ["Ended unpaid", "cancelledAt"],
] as const;

function Facts({ order }: { order: Order }) {
  const { email, tracking, source } = order;
  return (
    <section className={styles.box} aria-label="Facts">
      <dl className={styles.facts}>
        {MOMENTS.map(([words, name]) => {
          const instant = order[name];
          return (
            instant !== null && (
              <div key={name}>
                <dt>{words}</dt>
                <dd>
                  <LocalTime instant={instant} withDate />
                </dd>
              </div>
            )
          );
        })}
        <Fact words="Came by" value={source} />
        <Fact words="Payment" value={order.paymentStatus ?? "none"} />
        <Fact words="Tracking" value={tracking} />
        <Fact words="E-mail" value={email ?? "erased, or none"} />
      </dl>
      <AddressText address={order.address} />
    </section>
  );
}

function Fact({ words, value }: { words: string; value: string | null }) {
  if (value === null) return null;
  return (
    <div>
      <dt>{words}</dt>
      <dd>{value}</dd>
    </div>
  );
}
