/** What people call an order: on pages, in e-mails, on the phone. */
export const orderName = (number: number): string => `HF-${number}`;

interface PaidOrder {
  totalCents: number;
  refunds: readonly { amountCents: number; status: string; reason: string }[];
}

/**
 * What of an order's money is neither back nor on its way, in minor units, as `private.refundable_cents` says it. A
 * refund that failed gave nothing back; that of a second payment is other money, beside the order's own.
 */
export function refundableCents({ totalCents, refunds }: PaidOrder): number {
  const under = refunds.filter(({ status, reason }) => status !== "failed" && reason !== "second_payment");
  return totalCents - under.reduce((sum, { amountCents }) => sum + amountCents, 0);
}

/** Where an order is read. Whoever has the key needs no account; without it only the shopper who bought may look. */
export function orderPath(orderId: string, key?: string): string {
  return `/orders/${orderId}${key === undefined ? "" : `?key=${key}`}`;
}
