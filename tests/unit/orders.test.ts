import { expect, it } from "vitest";
import { refundableCents } from "@/domain/orders";

const refund = (amountCents: number, status: string, reason = "requested") => ({
  amountCents,
  status,
  reason,
});

it.each([
  ["nothing was paid back", [], 5_000],
  ["a refund is done", [refund(2_000, "succeeded")], 3_000],
  ["a refund is on its way: it cannot be promised again", [refund(2_000, "requested")], 3_000],
  ["a refund failed", [refund(2_000, "failed"), refund(1_000, "pending")], 4_000],
  ["a second payment went back beside it", [refund(5_000, "succeeded", "second_payment")], 5_000],
  ["all of it is back or on its way", [refund(2_000, "succeeded"), refund(3_000, "requested")], 0],
])("what can still be paid back: %s", (_, refunds, left) => {
  expect(refundableCents({ totalCents: 5_000, refunds })).toBe(left);
});
