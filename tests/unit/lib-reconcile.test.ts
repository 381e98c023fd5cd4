import { describe, expect, it } from "vitest";
import { disagreements } from "@/lib/checkout/reconcile";
import type { Payment } from "@/lib/checkout/sql-answers";
import { ORDER_ID, REFUND_ID, RESERVATION_ID, SERVER_NOW } from "@/lib/openapi/examples";
import type { SessionFacts } from "@/lib/stripe/session-facts";

const payment: Payment = {
  paymentId: REFUND_ID,
  orderId: ORDER_ID,
  orderNumber: 1001,
  shopperId: RESERVATION_ID,
  status: "succeeded",
  amountCents: 500,
  currency: "EUR",
  email: "mara@example.com",
  returnOrigin: "https://shop.example",
  sessionId: "cs_1",
  sessionUrl: null,
  sessionExpiresAt: SERVER_NOW,
  windowEndsAt: SERVER_NOW,
  paymentIntentId: "pi_1",
  shippingCents: 0,
  lines: [],
};
const session: SessionFacts = {
  sessionId: "cs_1",
  url: null,
  paymentId: REFUND_ID,
  madeFor: REFUND_ID,
  status: "complete",
  paymentStatus: "paid",
  amountCents: 500,
  currency: "EUR",
  paymentIntentId: "pi_1",
  failed: false,
};
const open = { status: "open", paymentStatus: "unpaid" } as const;
const expired = { status: "expired", paymentStatus: "unpaid" } as const;

describe("a payment and its session", () => {
  it.each<[string, Partial<Payment>, Partial<SessionFacts> | null, string[]]>([
    ["paid on both sides", {}, {}, []],
    ["open on both sides", { status: "open" }, open, []],
    ["over on both sides", { status: "expired" }, expired, []],
    ["being worked on by the bank", { status: "processing" }, { paymentStatus: "unpaid" }, []],
    ["paid at Stripe alone", { status: "expired" }, {}, ["paid_without_stock"]],
    ["paid at Stripe, and we have not heard yet", { status: "open" }, {}, ["paid_without_stock"]],
    ["sold here, open at Stripe", {}, open, ["stock_without_payment"]],
    ["sold here, expired at Stripe", {}, expired, ["stock_without_payment"]],
    ["sold here, completed and unpaid", {}, { paymentStatus: "unpaid" }, ["stock_without_payment"]],
    ["sold here, unknown to Stripe", {}, null, ["stock_without_payment"]],
    ["over here, payable there", { status: "expired" }, open, ["payable_without_stock"]],
    ["failed here, payable there", { status: "failed" }, open, ["payable_without_stock"]],
    ["a cent less", {}, { amountCents: 499 }, ["another_amount"]],
    ["another currency", {}, { currency: "USD" }, ["another_amount"]],
    ["over here, unknown to Stripe", { status: "expired" }, null, []],
  ])("%s", (_, here, there, kinds) => {
    const found = disagreements({ ...payment, ...here }, there && { ...session, ...there });
    expect(found.map(({ kind }) => kind)).toEqual(kinds);
    for (const one of found) expect(one).toMatchObject({ orderId: ORDER_ID, orderNumber: 1001 });
  });
});
