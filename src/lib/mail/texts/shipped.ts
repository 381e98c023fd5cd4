import { orderName } from "@/domain/orders";
import { type Draft, linkTo } from "./blocks";
import type { Subject } from "./index";

export function shipped({ order, link }: Subject): Draft {
  const name = orderName(order.number);
  return {
    subject: `Your order ${name} is on its way`,
    blocks: [
      `Your order ${name} left our hands.`,
      ...(order.tracking === null ? [] : [`Tracking: ${order.tracking}`]),
      ...linkTo(link),
    ],
  };
}
