import type { Order } from "@/contracts/orders";
import { moneyText } from "@/domain/money";

/** An e-mail before it is written: a subject, and paragraphs that are text, a list or a link. */
export type Draft = { subject: string; blocks: Block[] };
export type Block = string | { list: string[] } | { link: string; words: string };

/** `2 × Tidewater Vase, Small — €136` for each line, with shipping and the total. */
export function bill({ lines, shippingCents, totalCents, currency }: Order): Block {
  const money = (cents: number) => moneyText(cents, currency);
  return {
    list: [
      ...lines.map(
        ({ quantity, productName, variantName, unitPriceCents }) =>
          `${quantity} × ${productName}, ${variantName}: ${money(quantity * unitPriceCents)}`,
      ),
      ...(shippingCents > 0 ? [`Shipping: ${money(shippingCents)}`] : []),
      `Total: ${money(totalCents)}`,
    ],
  };
}

/** Where the order is read; no block where the shop does not know its own address. */
export const linkTo = (link: string | null): Block[] =>
  link === null ? [] : [{ link, words: "See your order" }];
