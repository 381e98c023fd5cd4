/** What people call an order: on pages, in e-mails, on the phone. */
export const orderName = (number: number): string => `HF-${number}`;

/** Where an order is read. Whoever has the key needs no account; without it only the shopper who bought may look. */
export function orderPath(orderId: string, key?: string): string {
  return `/orders/${orderId}${key === undefined ? "" : `?key=${key}`}`;
}
