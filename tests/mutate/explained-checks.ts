import type { Explanation } from "./explained.ts";

/** Survivors among orders, their accounts, their refunds and their trail. */
export const ofChecks: Explanation[] = [
  ...["log_order_change", "log_refund_line"].map((name) => ({
    mutants: `private.${name} guard true: "tg_op = 'UPDATE'"`,
    reason: "where a row is new there is no old one, and null comes of it all the same",
  })),
  {
    mutants: 'public.erase_due_orders where true: "o.erased_at is null"',
    reason:
      "private.erase_orders, which alone erases, writes in the same statement that nothing is due any more",
  },
];
