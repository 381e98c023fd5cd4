import { moneyText } from "@/domain/money";
import { orderName } from "@/domain/orders";
import { bill, type Draft, linkTo } from "./blocks";
import type { Subject } from "./index";

export function outOfStock({ order, refund, link }: Subject): Draft {
  const name = orderName(order.number);
  const amount = moneyText(refund?.amountCents ?? order.totalCents, order.currency);
  return {
    subject: `We cannot send your order ${name}, and pay it back`,
    blocks: [
      `We are sorry. When your payment for order ${name} arrived, the time for which its pieces were kept for you was over, and somebody else had bought them:`,
      bill(order),
      `We pay back all of it, ${amount}, the way you paid. Depending on your bank that takes some days. There is nothing that you have to do.`,
      ...linkTo(link),
    ],
  };
}
