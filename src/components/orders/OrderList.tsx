"use client";

import Link from "next/link";
import { useCallback, useEffect, useState } from "react";
import { browserFetch } from "@/contexts/browser-fetch";
import { request } from "@/contexts/cart-api";
import { type Order, OrderListSchema } from "@/contracts/orders";
import { moneyText } from "@/domain/money";
import { orderStatusText } from "@/domain/order-wording";
import { orderName, orderPath } from "@/domain/orders";
import { type Failure, failureText } from "@/domain/refusals";
import { unitsText } from "@/domain/wording";
import { LocalTime, localTimeText } from "../LocalTime";
import { Button } from "../ui/Button";
import { Notice } from "../ui/Notice";
import styles from "./OrderList.module.css";

interface Listed {
  orders: readonly Order[];
  /** Where the next page begins; `undefined` before the first, `null` after the last. */
  next: number | null | undefined;
  failure: Failure | null;
  isReading: boolean;
}

/** What the user bought, newest first, a page at a time. */
export function OrderList() {
  const { orders, next, failure, isReading, readMore } = useOrders();
  return (
    <div className={styles.list} aria-busy={isReading}>
      {next === undefined && failure === null && <p role="note">Looking up your orders …</p>}
      {next === null && orders.length === 0 && (
        <p className={styles.soft}>You have not bought anything yet.</p>
      )}
      {orders.length > 0 && (
        <ul>
          {orders.map((order) => (
            <OrderItem key={order.orderId} order={order} />
          ))}
        </ul>
      )}
      {failure !== null && (
        <Notice role="alert">{failureText(failure, { holdsSome: false, formatTime: localTimeText })}</Notice>
      )}
      {(typeof next === "number" || failure !== null) && (
        <Button look="secondary" size="small" pending={isReading} onClick={readMore}>
          {failure === null ? "Show older orders" : "Try again"}
        </Button>
      )}
    </div>
  );
}

function OrderItem({ order }: { order: Order }) {
  const units = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  return (
    <li>
      <Link href={orderPath(order.orderId)} prefetch={false} className={styles.order}>
        <span className={styles.name}>{orderName(order.number)}</span>
        <span className={styles.soft}>
          <LocalTime instant={order.createdAt} withDate />
        </span>
        <span>{orderStatusText(order)}</span>
        <span className={styles.sum}>
          {unitsText(units)}, {moneyText(order.totalCents, order.currency)}
        </span>
      </Link>
    </li>
  );
}

function useOrders() {
  const [listed, setListed] = useState<Listed>({
    orders: [],
    next: undefined,
    failure: null,
    isReading: true,
  });
  const read = useCallback(async (before: number | null | undefined) => {
    setListed((known) => ({ ...known, isReading: true, failure: null }));
    const query = typeof before === "number" ? `?before=${before}` : "";
    const answer = await request(browserFetch, `/api/orders${query}`, { method: "GET" }, OrderListSchema);
    setListed((known) => ({
      orders: answer.ok ? merged(known.orders, answer.value.orders) : known.orders,
      next: answer.ok ? answer.value.nextBefore : known.next,
      failure: answer.ok ? null : answer.failure,
      isReading: false,
    }));
  }, []);
  useEffect(() => void read(undefined), [read]);
  return { ...listed, readMore: () => void read(listed.next) };
}

/** A page that is read twice is shown once. */
function merged(known: readonly Order[], more: readonly Order[]): Order[] {
  const ids = new Set(known.map(({ orderId }) => orderId));
  return [...known, ...more.filter(({ orderId }) => !ids.has(orderId))];
}
