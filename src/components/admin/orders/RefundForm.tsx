"use client";

import { type FormEvent, useState } from "react";
import { adminOrdersApi } from "@/contexts/admin-orders-api";
import type { Order, Restock } from "@/contracts/orders";
import { centsOf } from "@/domain/admin-order-wording";
import { moneyText } from "@/domain/money";
import { refundableCents } from "@/domain/orders";
import { lineName } from "@/domain/wording";
import { Button } from "../../ui/Button";
import { Field } from "../../ui/Field";
import { Notice } from "../../ui/Notice";
import { Stepper } from "../../ui/Stepper";
import styles from "./AdminOrders.module.css";
import { RestockSelect } from "./RestockSelect";
import { type OrderActionProps, useOrderAction } from "./use-order-action";

interface Chosen {
  quantity: number;
  restock: Restock;
}
const NONE: Chosen = { quantity: 0, restock: "undecided" };

/** Pays units back, with or without shipping, or another amount. */
export function RefundForm({ order, onOrder }: OrderActionProps) {
  const [chosen, setChosen] = useState<Record<string, Chosen>>({});
  const [includesShipping, setIncludesShipping] = useState(false);
  const [amount, setAmount] = useState("");
  // One form, one refund: pressed again after a lost answer it is the same. A new one begins with each change.
  const [key, setKey] = useState(adminOrdersApi.newKey);
  const { pending, trouble, run } = useOrderAction(order, onOrder);
  const left = refundableCents(order);
  if (left <= 0) return null;

  const changed = () => setKey(adminOrdersApi.newKey());
  const choose = (orderLineId: string, change: Partial<Chosen>) => {
    setChosen({ ...chosen, [orderLineId]: { ...(chosen[orderLineId] ?? NONE), ...change } });
    changed();
  };
  const lines = Object.entries(chosen)
    .map(([orderLineId, one]) => ({ orderLineId, ...one }))
    .filter(({ quantity }) => quantity > 0);
  const amountCents = amount.trim() === "" ? undefined : centsOf(amount);
  const sum = amountCents ?? sumOf(order, chosen, includesShipping);
  const isPossible = amountCents !== null && sum > 0 && sum <= left;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isPossible) return;
    const body = { lines, includesShipping, ...(amountCents !== undefined && { amountCents }) };
    void run(() => adminOrdersApi.refund(order, body, key));
  };

  return (
    <form className={styles.box} onSubmit={submit} aria-labelledby="refund">
      <h2 id="refund">Pay back</h2>
      {order.lines.map((line) => {
        const { quantity, restock } = chosen[line.orderLineId] ?? NONE;
        const name = lineName(line);
        return (
          <div key={line.orderLineId} className={styles.refundLine}>
            <p>{name}</p>
            <Stepper
              label={`Units of ${name} to pay back`}
              fewerLabel={`One fewer of ${name}`}
              moreLabel={`One more of ${name}`}
              value={quantity}
              min={0}
              max={line.quantity - line.refundedQuantity}
              onStep={(next) => choose(line.orderLineId, { quantity: next })}
            />
            {quantity > 0 && (
              <RestockSelect
                label={`The units of ${name}`}
                value={restock}
                onChoose={(next) => choose(line.orderLineId, { restock: next })}
              />
            )}
          </div>
        );
      })}
      {order.shippingCents > 0 && (
        <label className={styles.check}>
          <input
            type="checkbox"
            checked={includesShipping}
            onChange={(event) => {
              setIncludesShipping(event.target.checked);
              changed();
            }}
          />
          With shipping, {moneyText(order.shippingCents, order.currency)}
        </label>
      )}
      <Field
        label={`Another amount (optional), in ${order.currency}`}
        value={amount}
        onChange={(event) => {
          setAmount(event.target.value);
          changed();
        }}
        inputMode="decimal"
        autoComplete="off"
        error={amountCents === null ? "Write it like 12.50" : undefined}
      />
      {sum > left && <Notice>At most {moneyText(left, order.currency)} can still be paid back.</Notice>}
      {trouble !== null && <Notice role="alert">{trouble}</Notice>}
      <Button type="submit" size="small" pending={pending} inactive={!isPossible}>
        {sum > 0 ? `Pay ${moneyText(sum, order.currency)} back` : "Pay back"}
      </Button>
    </form>
  );
}

function sumOf(order: Order, chosen: Record<string, Chosen>, includesShipping: boolean): number {
  const units = order.lines.reduce(
    (sum, line) => sum + (chosen[line.orderLineId]?.quantity ?? 0) * line.unitPriceCents,
    0,
  );
  return units + (includesShipping ? order.shippingCents : 0);
}
