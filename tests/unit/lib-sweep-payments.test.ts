import { beforeEach, describe, expect, it, vi } from "vitest";
import { sweepPayments } from "@/lib/checkout/sweep-payments";
import { deadlineIn } from "@/lib/deadline";
import { FakeTime } from "./fake-time";

// The sweep of payments while Stripe takes calls and answers none: what every time-out of a single call lets add up.

const stripe = vi.hoisted(() => ({ expire: vi.fn(), refund: vi.fn() }));
const claims = vi.hoisted(
  () => ({ claim_settlements: [], claim_refunds: [] }) as Record<string, unknown[][]>,
);
vi.mock("@/lib/stripe/sessions", () => ({ expireSession: stripe.expire, retrieveSession: stripe.expire }));
vi.mock("@/lib/stripe/refunds", () => ({ refund: stripe.refund, retrieveRefund: stripe.refund }));
vi.mock("@/lib/checkout/work-off-mails", () => ({
  workOffMails: vi
    .fn()
    .mockResolvedValueOnce({ done: 2, undone: 0 })
    .mockResolvedValue({ done: 0, undone: 0 }),
}));
vi.mock("@/lib/log", () => ({ logError: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({
  callFunction: async (name: string) => {
    if (name === "settle_payment") return { outcome: "ended" };
    const part = claims[name]?.shift() ?? [];
    return name === "claim_settlements" ? { payments: part } : { refunds: part };
  },
}));

const payments = Array.from({ length: 20 }, (_, n) => ({
  paymentId: `p${n}`,
  status: "open",
  sessionId: `cs_${n}`,
}));
const refunds = Array.from({ length: 10 }, (_, n) => ({ refundId: `r${n}`, paymentIntentId: `pi_${n}` }));
const hang = () => new Promise(() => {});

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime("2026-11-23T03:00:00Z");
  claims.claim_settlements = [payments, payments];
  claims.claim_refunds = [refunds];
});

describe("while Stripe hangs", () => {
  it("the sweep answers in time, says what is left, and writes its e-mails all the same", async () => {
    stripe.expire.mockImplementation(hang);
    stripe.refund.mockImplementation(hang);
    const answered = vi.fn();
    void sweepPayments(deadlineIn(18_000, time)).then(answered);
    for (let second = 1; second <= 18; second++) await time.advance(1_000);
    expect(answered).toHaveBeenCalledWith({
      payments: { settled: 0, undone: 20, more: true },
      refunds: { done: 0, undone: 10, more: true },
      mails: { done: 2, undone: 0, more: false },
    });
    // Five at a time, and no sixth is asked about once the time is over.
    expect(stripe.expire).toHaveBeenCalledTimes(5);
    expect(stripe.refund).toHaveBeenCalledTimes(1);
  });

  it("it goes on the next time", async () => {
    stripe.expire.mockReset().mockResolvedValue(null);
    claims.claim_refunds = [];
    expect(await sweepPayments(deadlineIn(18_000, time))).toMatchObject({
      payments: { settled: 40, undone: 0, more: false },
    });
  });
});
