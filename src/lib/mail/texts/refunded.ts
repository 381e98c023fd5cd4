import { moneyText } from "@/domain/money";
import { orderName } from "@/domain/orders";
import { type Draft, linkTo } from "./blocks";
import type { Subject } from "./index";

export function refunded({ order, refund, link }: Subject): Draft {
  const name = orderName(order.number);
  const amount = moneyText(refund?.amountCents ?? order.refundedCents, order.currency);
  return {
    subject: `We paid ${amount} of your order ${name} back`,
    blocks: [
      ...(refund?.reason === "second_payment"
        ? [`Order ${name} was paid twice. It stays as it is; the second payment goes back.`]
        : []),
      `We paid ${amount} of order ${name} back, the way you paid. Depending on your bank it takes some days to arrive.`,
      ...linkTo(link),
    ],
  };
}
