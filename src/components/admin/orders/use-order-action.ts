"use client";

import { useState } from "react";
import type { Answer } from "@/contexts/cart-api";
import type { Order, OrderAnswer } from "@/contracts/orders";
import { adminOrderFailureText } from "@/domain/admin-order-wording";

/** One change of an order at a time, and in words why the last one did not happen. */
export function useOrderAction(order: Order, onOrder: (order: Order) => void) {
  const [pending, setPending] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  async function run(act: () => Promise<Answer<OrderAnswer>>): Promise<boolean> {
    if (pending) return false;
    setPending(true);
    setTrouble(null);
    const answer = await act();
    setPending(false);
    if (answer.ok) {
      onOrder(answer.value.order);
      return true;
    }
    const cents = answer.problem?.refundableCents;
    const refundable = cents === undefined ? undefined : { cents, currency: order.currency };
    setTrouble(adminOrderFailureText(answer.failure, refundable));
    return false;
  }
  return { pending, trouble, run };
}

export interface OrderActionProps {
  order: Order;
  /** The order as it is after a change. */
  onOrder: (order: Order) => void;
}
