import { describe, expect, it } from "vitest";
import { createOrderWatch } from "@/contexts/order-watch";
import type { Order } from "@/contracts/orders";
import { at, NOON, uuid } from "./cart-fixtures";
import { order } from "./checkout-fixtures";
import { FakeServer } from "./fake-server";
import { FakeTime } from "./fake-time";

const ORDER = uuid(900);
const pending = order({ status: "pending", paymentStatus: "open", paidAt: null, windowEndsAt: at(900) });
const refund = (status: "requested" | "pending" | "succeeded") => ({
  refundId: uuid(950),
  amountCents: 18_990,
  reason: "out_of_stock" as const,
  status,
  createdAt: at(1),
  lines: [],
});

function watching({ sessionId = null as string | null, key = "k" as string | null } = {}) {
  const server = new FakeServer();
  const time = new FakeTime(NOON);
  const settled: string[] = [];
  const window = { visible: true };
  const watch = createOrderWatch({
    fetch: server.fetch,
    time,
    orderId: ORDER,
    key,
    sessionId,
    isVisible: () => window.visible,
    onSettled: ({ status }) => settled.push(status),
  });
  const stop = watch.start();
  const answer = (shown: Order, method = "GET") =>
    server.last(method).respond({ serverNow: at(1), order: shown, orderUrl: `/orders/${ORDER}?key=k` });
  return { watch, server, time, window, settled, stop, answer };
}

describe("an order", () => {
  it("is read with the key of its link, and once when nothing is under way", async () => {
    const { watch, server, time, answer, settled } = watching();
    expect(server.last("GET").url).toBe(`/api/orders/${ORDER}?key=k`);
    await answer(order());
    await time.advance(3_600_000);
    expect(server.calls).toHaveLength(1);
    expect(watch.getState().order?.number).toBe(1001);
    expect(settled).toEqual([]);
  });

  it("is looked at again with growing patience while the payment is open, until it is paid", async () => {
    const { server, time, answer, settled } = watching();
    await answer(pending);
    const gaps: number[] = [];
    for (let looks = 1; looks < 9; looks++) {
      let gap = 0;
      while (server.calls.length === looks) {
        await time.advance(1_000);
        gap += 1;
      }
      gaps.push(gap);
      await answer(looks < 8 ? pending : order());
    }
    expect(gaps).toEqual([2, 3, 5, 8, 13, 20, 30, 30]);
    await time.advance(3_600_000);
    expect(server.calls).toHaveLength(9);
    expect(settled).toEqual(["paid"]);
  });

  it.each(["requested", "pending"] as const)("is followed while a refund is %s", async (status) => {
    const { server, time, answer } = watching();
    await answer(order({ status: "refunded_out_of_stock", refunds: [refund(status)] }));
    await time.advance(2_000);
    expect(server.calls).toHaveLength(2);
    await answer(order({ status: "refunded_out_of_stock", refunds: [refund("succeeded")] }));
    await time.advance(600_000);
    expect(server.calls).toHaveLength(2);
  });

  it("is left alone while nobody looks, and read as soon as somebody does", async () => {
    const { watch, server, time, answer, window } = watching();
    await answer(pending);
    window.visible = false;
    await time.advance(600_000);
    expect(server.calls).toHaveLength(1);
    window.visible = true;
    watch.woke();
    expect(server.calls).toHaveLength(2);
    await answer(order());
    watch.woke();
    expect(server.calls).toHaveLength(2);
  });

  it("keeps what was known in an outage, and goes on looking", async () => {
    const { watch, server, time, answer } = watching();
    await answer(pending);
    await time.advance(2_000);
    await server.last("GET").lose();
    expect(watch.getState()).toMatchObject({ failure: { kind: "unreachable" }, order: { number: 1001 } });
    await time.advance(3_000);
    await answer(order());
    expect(watch.getState().failure).toBeNull();
  });

  it("that does not exist for whoever asks is not asked for again", async () => {
    const { server, time } = watching({ key: null });
    expect(server.last("GET").url).toBe(`/api/orders/${ORDER}`);
    await server.last("GET").refuse("order_not_found", {}, 404);
    await time.advance(600_000);
    expect(server.calls).toHaveLength(1);
  });

  it("is not asked for any more once its page is gone", async () => {
    const { server, time, answer, stop } = watching();
    await answer(pending);
    stop();
    await time.advance(600_000);
    expect(server.calls).toHaveLength(1);
  });
});

describe("coming back from the payment page", () => {
  it("says so once, and then reads", async () => {
    const { server, time, answer, settled } = watching({ sessionId: "cs_test_1" });
    expect(server.last("POST").url).toBe("/api/orders/create-from-payment");
    expect(server.last("POST").body).toEqual({ sessionId: "cs_test_1", key: "k" });
    await answer(pending, "POST");
    expect(server.count("GET")).toBe(0);
    await time.advance(2_000);
    await answer(order());
    expect([server.count("POST"), server.count("GET")]).toEqual([1, 1]);
    expect(settled).toEqual(["paid"]);
  });

  it("that cannot be looked up with Stripe now still shows the order", async () => {
    const { watch, server, answer } = watching({ sessionId: "cs_test_1" });
    await server.last("POST").refuse("payment_unavailable", {}, 503);
    await answer(pending);
    expect(watch.getState()).toMatchObject({ failure: null, order: { status: "pending" } });
  });

  it("with the session of another order shows the one of the link", async () => {
    const { watch, server, answer } = watching({ sessionId: "cs_test_1" });
    await answer(order({ orderId: uuid(901), number: 2 }), "POST");
    expect(server.last("GET").url).toContain(ORDER);
    await answer(order());
    expect(watch.getState().order?.number).toBe(1001);
  });
});
