"use client";

import { useState } from "react";
import type { Order, OrderLine, Refund, RestockBody } from "@/contracts/orders";
import { lineName } from "@/domain/wording";
import { Button } from "../../ui/Button";
import { Stepper } from "../../ui/Stepper";
import styles from "./AdminOrders.module.css";

interface RestockMoreProps {
  order: Order;
  refund: Refund;
  pending: boolean;
  onDecide: (body: RestockBody) => void;
}

/** Units that came back with money that was paid back without naming any: by an amount, or in Stripe's dashboard. */
export function RestockMore({ order, refund, pending, onDecide }: RestockMoreProps) {
  const named = new Set(refund.lines.map(({ orderLineId }) => orderLineId));
  const lines = order.lines.filter(
    ({ orderLineId, quantity, refundedQuantity }) => !named.has(orderLineId) && refundedQuantity < quantity,
  );
  const isForUnits = refund.reason === "outside" || refund.reason === "requested";
  if (!isForUnits || refund.status === "failed" || lines.length === 0) return null;
  return (
    // All of the money went back: then somebody has to say where the units are.
    <details open={order.status === "refunded"}>
      <summary>Units that came back with this money</summary>
      {lines.map((line) => (
        <LineThatCameBack
          key={line.orderLineId}
          line={line}
          pending={pending}
          onDecide={(quantity, restock) =>
            onDecide({ refundId: refund.refundId, orderLineId: line.orderLineId, restock, quantity })
          }
        />
      ))}
    </details>
  );
}

interface LineThatCameBackProps {
  line: OrderLine;
  pending: boolean;
  onDecide: (quantity: number, restock: boolean) => void;
}

function LineThatCameBack({ line, pending, onDecide }: LineThatCameBackProps) {
  const left = line.quantity - line.refundedQuantity;
  const [quantity, setQuantity] = useState(left);
  const name = lineName(line);
  return (
    <div className={styles.ways}>
      <p>{name}: how many, and can they be sold again?</p>
      <Stepper
        label={`Units of ${name} that came back`}
        fewerLabel={`One fewer of ${name} came back`}
        moreLabel={`One more of ${name} came back`}
        value={quantity}
        min={1}
        max={left}
        onStep={setQuantity}
      />
      <Button
        look="secondary"
        size="small"
        pending={pending}
        aria-label={`${name} that came back: back on the shelf`}
        onClick={() => onDecide(quantity, true)}
      >
        Back on the shelf
      </Button>
      <Button
        look="secondary"
        size="small"
        pending={pending}
        aria-label={`${name} that came back: not for sale again`}
        onClick={() => onDecide(quantity, false)}
      >
        Not for sale again
      </Button>
    </div>
  );
}
