import { orderName } from "@/domain/orders";
import { bill, type Draft, linkTo } from "./blocks";
import type { Subject } from "./index";

export function paymentFailed({ order, link }: Subject): Draft {
  const name = orderName(order.number);
  return {
    subject: `The payment of your order ${name} did not go through`,
    blocks: [
      `Your bank did not let the payment of order ${name} through, so nothing was bought and nothing was charged:`,
      bill(order),
      "You are welcome to try again with another way to pay, as long as the pieces are there.",
      ...linkTo(link),
    ],
  };
}
