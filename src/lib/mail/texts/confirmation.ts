import { orderName } from "@/domain/orders";
import { bill, type Draft, linkTo } from "./blocks";
import type { Subject } from "./index";

export function confirmation({ order, link }: Subject): Draft {
  const name = orderName(order.number);
  return {
    subject: `Your order ${name} is confirmed`,
    blocks: [
      `Thank you. Your order ${name} is paid, and every piece of it is set aside for you:`,
      bill(order),
      "We write again as soon as it is on its way.",
      ...linkTo(link),
    ],
  };
}
