import { beforeEach, expect, it, vi } from "vitest";
import { recordFacts } from "@/lib/checkout/events/refund-event";

const { callFunction, refundsOf } = vi.hoisted(() => ({ callFunction: vi.fn(), refundsOf: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction }));
vi.mock("@/lib/stripe/refunds", () => ({ refundsOf, refundFactsOf: vi.fn() }));

const facts = {
  stripeRefundId: "re_2",
  refundId: null,
  attempt: null,
  paymentIntentId: "pi_1",
  status: "succeeded",
  amountCents: 300,
  currency: "EUR",
} as const;
const event = { id: "evt_1", type: "refund.created" };
const answered = (...outcomes: string[]) => {
  for (const outcome of outcomes) callFunction.mockResolvedValueOnce({ outcome });
};
const told = () => callFunction.mock.calls.map(([, args]) => [args.p_event_id, args.p_stripe.refundedCents]);

beforeEach(() => {
  vi.resetAllMocks();
});

it("tells of a refund of the dashboard without asking Stripe how much went back", async () => {
  answered("recorded");
  expect(await recordFacts(facts, event)).toBe("recorded");
  expect(told()).toEqual([["evt_1", undefined]]);
  expect(refundsOf).not.toHaveBeenCalled();
});

it("tells of a part of a second payment once more, with all that went back of it", async () => {
  const other = { ...facts, stripeRefundId: "re_1", amountCents: 200 };
  refundsOf.mockResolvedValue([
    other,
    facts,
    { ...facts, status: "failed", amountCents: 9 },
    { ...facts, status: "pending", amountCents: 9 },
  ]);
  answered("part", "recorded");
  expect(await recordFacts(facts, event)).toBe("recorded");
  expect(refundsOf.mock.calls).toEqual([["pi_1"]]);
  expect(told()).toEqual([
    ["evt_1", undefined],
    ["evt_1", 500],
  ]);
});
