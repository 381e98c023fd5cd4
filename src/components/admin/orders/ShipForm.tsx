"use client";

import { type FormEvent, useState } from "react";
import { adminOrdersApi } from "@/contexts/admin-orders-api";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import styles from "./AdminOrders.module.css";
import { type OrderActionProps, useOrderAction } from "./use-order-action";

export function ShipForm({ order, onOrder }: OrderActionProps) {
  const [tracking, setTracking] = useState("");
  const { pending, trouble, run } = useOrderAction(order, onOrder);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void run(() => adminOrdersApi.ship(order, tracking.trim()));
  };
  return (
    <form className={styles.box} onSubmit={submit} aria-labelledby="ship">
      <h2 id="ship">Ship</h2>
      <Field
        label="Tracking (optional)"
        value={tracking}
        onChange={(event) => setTracking(event.target.value)}
        autoComplete="off"
        maxLength={200}
        hint="The shopper gets an e-mail with it."
      />
      {trouble !== null && <Notice role="alert">{trouble}</Notice>}
      <Button type="submit" size="small" pending={pending}>
        Mark as shipped
      </Button>
    </form>
  );
}
