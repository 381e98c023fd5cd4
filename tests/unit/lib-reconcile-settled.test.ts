import { beforeEach, describe, expect, it, vi } from "vitest";
import { reconcile } from "@/lib/checkout/reconcile";
import { ORDER_ID, REFUND_ID, RESERVATION_ID, SERVER_NOW } from "@/lib/openapi/examples";

const { callFunction, listSessions, retrieveSession, findPayment } = vi.hoisted(() => ({
  callFunction: vi.fn(),
  listSessions: vi.fn(),
  retrieveSession: vi.fn(),
  findPayment: vi.fn(),
}));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction }));
vi.mock("@/lib/stripe/sessions", () => ({ listSessions, retrieveSession }));
vi.mock("@/lib/checkout/find-payment", () => ({ findPayment }));

const payment = {
  paymentId: REFUND_ID,
  orderId: ORDER_ID,
  orderNumber: 1001,
  shopperId: RESERVATION_ID,
  status: "expired",
  amountCents: 500,
  currency: "EUR",
  sessionId: "cs_1",
};
const session = (sessionId: string, paymentIntentId: string | null) => ({
  sessionId,
  paymentId: REFUND_ID,
  status: "complete",
  paymentStatus: "paid",
  amountCents: 500,
  currency: "EUR",
  paymentIntentId,
});
/** Money of which the books know what became. */
const inBooks = new Set<string>();

beforeEach(() => {
  inBooks.clear();
  callFunction.mockImplementation(async (name: string, args: { p_payment_intent_id: string }) => {
    if (name === "find_money")
      return { outcome: inBooks.has(args.p_payment_intent_id) ? "found" : "not_found" };
    return name === "reconcile_stock" ? { findings: [] } : { payments: [payment], serverNow: SERVER_NOW };
  });
  retrieveSession.mockResolvedValue(session("cs_1", "pi_1"));
  findPayment.mockResolvedValue({ payment, order: { orderId: ORDER_ID, number: 1001 } });
  listSessions.mockImplementation(async function* () {
    yield session("cs_1", "pi_1");
    yield session("cs_2", "pi_2");
  });
});

const kinds = async () => (await reconcile()).findings.map(({ kind, found }) => `${kind} ${found}`);

describe("paid at Stripe, and", () => {
  it("in no book: both are reported", async () => {
    expect(await kinds()).toEqual(["paid_without_order cs_2", "paid_without_stock expired"]);
  });

  it("entered by hand as another order: its checkout is no finding", async () => {
    inBooks.add("pi_1");
    expect(await kinds()).toEqual(["paid_without_order cs_2"]);
  });

  it("a second payment that goes back: its session is no finding", async () => {
    inBooks.add("pi_2");
    expect(await kinds()).toEqual(["paid_without_stock expired"]);
  });

  it("without an intent (a total of nothing): nobody can be asked, and it is reported", async () => {
    retrieveSession.mockResolvedValue(session("cs_1", null));
    expect(await kinds()).toContain("paid_without_stock expired");
  });

  it("in the books, but with another disagreement: that is reported", async () => {
    inBooks.add("pi_1").add("pi_2");
    retrieveSession.mockResolvedValue({
      ...session("cs_1", "pi_1"),
      status: "open",
      paymentStatus: "unpaid",
    });
    expect(await kinds()).toEqual(["payable_without_stock open"]);
  });
});
