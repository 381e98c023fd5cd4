"use client";

import { type FormEvent, useState } from "react";
import { adminOrdersApi } from "@/contexts/admin-orders-api";
import type { Restock } from "@/contracts/orders";
import { moneyText } from "@/domain/money";
import { refundableCents } from "@/domain/orders";
import { Button } from "../../ui/Button";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";
import { RestockSelect } from "./RestockSelect";
import { type OrderActionProps, useOrderAction } from "./use-order-action";

/** Asks twice: it cannot be undone. */
export function CancelForm({ order, onOrder }: OrderActionProps) {
  const [isOpen, setOpen] = useState(false);
  const [restock, setRestock] = useState<Restock>("restocked");
  const { pending, trouble, run } = useOrderAction(order, onOrder);
  const isPaid = order.status === "paid";
  if (!isOpen) {
    return (
      <div className={styles.box}>
        <Button look="secondary" size="small" onClick={() => setOpen(true)}>
          Cancel this order
        </Button>
      </div>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(() => adminOrdersApi.cancel(order, restock));
  };
  const left = moneyText(refundableCents(order), order.currency);
  return (
    <form className={styles.box} onSubmit={submit} aria-labelledby="cancel">
      <h2 id="cancel">Cancel this order</h2>
      <p>
        {isPaid
          ? `All that is left of the money, ${left}, goes back to the shopper.`
          : "The payment is ended, and the units go back to the shopper’s cart."}
      </p>
      {isPaid && <RestockSelect label="The units" value={restock} onChoose={setRestock} />}
      {trouble !== null && <Notice role="alert">{trouble}</Notice>}
      <div className={styles.ways}>
        <Button type="submit" size="small" pending={pending}>
          Cancel it for good
        </Button>
        <Button look="quiet" size="small" onClick={() => setOpen(false)}>
          Keep it
        </Button>
      </div>
    </form>
  );
}
