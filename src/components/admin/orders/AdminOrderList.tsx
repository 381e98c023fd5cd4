"use client";

import Link from "next/link";
import { useCallback, useEffect, useState } from "react";
import { adminOrdersApi, type OrderFilter } from "@/contexts/admin-orders-api";
import type { Order } from "@/contracts/orders";
import { adminOrderFailureText } from "@/domain/admin-order-wording";
import { moneyText } from "@/domain/money";
import { orderStatusText } from "@/domain/order-wording";
import { orderName } from "@/domain/orders";
import type { Failure } from "@/domain/refusals";
import { unitsText } from "@/domain/wording";
import { LocalTime } from "../../LocalTime";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";
import { OrderFilters } from "./OrderFilters";

interface Listed {
  orders: readonly Order[];
  next: number | null | undefined;
  failure: Failure | null;
  isReading: boolean;
}
const NOTHING: Listed = { orders: [], next: undefined, failure: null, isReading: true };

/** Every order of the shop, newest first, or what the filter leaves of them. */
export function AdminOrderList({ filter }: { filter: OrderFilter }) {
  const { orders, next, failure, isReading, readMore } = useAdminOrders(filter);
  return (
    <div className={styles.page}>
      <OrderFilters filter={filter} />
      <div className={styles.list} aria-busy={isReading}>
        {next === undefined && failure === null && <p role="note">Looking up the orders …</p>}
        {next === null && orders.length === 0 && <p className={styles.soft}>No order is like that.</p>}
        {orders.length > 0 && <OrderTable orders={orders} />}
        {failure !== null && <Notice role="alert">{adminOrderFailureText(failure)}</Notice>}
        {(typeof next === "number" || failure !== null) && (
          <Button look="secondary" size="small" pending={isReading} onClick={readMore}>
            {failure === null ? "Show older orders" : "Try again"}
          </Button>
        )}
      </div>
    </div>
  );
}

function OrderTable({ orders }: { orders: readonly Order[] }) {
  return (
    <ul className={styles.rows}>
      {orders.map((order) => (
        <li key={order.orderId}>
          <Link href={`/admin/orders/${order.orderId}`} prefetch={false} className={styles.row}>
            <strong>{orderName(order.number)}</strong>
            <span>{orderStatusText(order)}</span>
            <span className={styles.soft}>{order.email ?? "no e-mail"}</span>
            <span className={styles.soft}>
              <LocalTime instant={order.createdAt} withDate />
            </span>
            <span className={styles.sum}>
              {unitsText(order.lines.reduce((sum, line) => sum + line.quantity, 0))},{" "}
              {moneyText(order.totalCents, order.currency)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function useAdminOrders(filter: OrderFilter) {
  const { worklist, status, email, number } = filter;
  const [listed, setListed] = useState(NOTHING);
  const read = useCallback(
    async (before: number | null, known: readonly Order[]) => {
      setListed((one) => ({ ...one, isReading: true, failure: null }));
      const answer = await adminOrdersApi.list({ worklist, status, email, number }, before);
      if (!answer.ok) return setListed((one) => ({ ...one, failure: answer.failure, isReading: false }));
      const { orders, nextBefore } = answer.value;
      setListed({ orders: [...known, ...orders], next: nextBefore, failure: null, isReading: false });
    },
    [worklist, status, email, number],
  );
  useEffect(() => {
    setListed(NOTHING);
    void read(null, []);
  }, [read]);
  return { ...listed, readMore: () => void read(listed.next ?? null, listed.orders) };
}
