import { beforeEach, describe, expect, it, vi } from "vitest";
import { refund } from "@/lib/stripe/refunds";

const api = vi.hoisted(() => ({ list: vi.fn(), create: vi.fn() }));
vi.mock("@/lib/stripe/client", () => ({ stripe: () => ({ refunds: api }) }));
vi.mock("@/lib/log", () => ({ logError: vi.fn() }));

const wish = { refundId: "r1", attempt: 2, paymentIntentId: "pi_1", amountCents: 500, currency: "EUR" };
const at = (id: string, metadata: object | null) => ({
  id,
  payment_intent: "pi_1",
  amount: 500,
  currency: "eur",
  status: "succeeded",
  metadata,
});
const page = (data: object[], more = false) => ({ data, has_more: more });

beforeEach(() => {
  api.list.mockReset().mockResolvedValue(page([]));
  api.create.mockReset().mockResolvedValue(at("re_new", { refund_id: "r1", attempt: "2" }));
});

describe("a refund", () => {
  it("is made under a key of its own, with our id on it", async () => {
    expect(await refund(wish)).toMatchObject({ stripeRefundId: "re_new", refundId: "r1", attempt: 2 });
    expect(api.create.mock.calls).toEqual([
      [
        { payment_intent: "pi_1", amount: 500, metadata: { refund_id: "r1", attempt: "2" } },
        { idempotencyKey: "refund-r1-2" },
      ],
    ]);
  });

  it("that Stripe has under our id already is not made again, though it forgot the key; on any page", async () => {
    const ours = at("re_ours", { refund_id: "r1", attempt: "2" });
    api.list.mockResolvedValueOnce(page([at("re_0", null)], true)).mockResolvedValueOnce(page([ours]));
    expect(await refund(wish)).toMatchObject({ stripeRefundId: "re_ours", status: "succeeded" });
    expect(api.create).not.toHaveBeenCalled();
    expect(api.list.mock.calls[1]?.[0]).toMatchObject({ starting_after: "re_0" });
  });

  it("is another one than that of another attempt, of another refund or of somebody in the dashboard", async () => {
    const others = [
      at("re_1", { refund_id: "r1", attempt: "1" }),
      at("re_2", { refund_id: "r2", attempt: "2" }),
      at("re_3", null),
    ];
    api.list.mockResolvedValue(page(others));
    expect(await refund(wish)).toMatchObject({ stripeRefundId: "re_new" });
  });
});
