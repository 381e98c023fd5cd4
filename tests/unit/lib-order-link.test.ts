import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { isOrderKey, orderKey, orderUrl } from "@/lib/checkout/order-link";

const settings = vi.hoisted(() => ({ GUEST_COOKIE_SECRET: "the secret of this very store, long enough" }));
vi.mock("@/lib/env", () => ({ env: () => settings }));

describe("the key of an order's link", () => {
  const orderId = randomUUID();
  beforeEach(() => {
    settings.GUEST_COOKIE_SECRET = "the secret of this very store, long enough";
  });

  it("opens its order and no other, however the id is written", () => {
    const key = orderKey(orderId);
    expect(isOrderKey(orderId, key)).toBe(true);
    expect(isOrderKey(orderId.toUpperCase(), key)).toBe(true);
    expect(isOrderKey(randomUUID(), key)).toBe(false);
  });

  it("is not to be had without the secret", () => {
    const key = orderKey(orderId);
    settings.GUEST_COOKIE_SECRET = "the secret of another store, as long as ours";
    expect(isOrderKey(orderId, key)).toBe(false);
  });

  it.each([undefined, "", "x", "é".repeat(43), "A".repeat(43)])("is not %j", (key) => {
    expect(isOrderKey(orderId, key)).toBe(false);
  });

  it("stands in the path of the order's page", () => {
    expect(orderUrl(orderId)).toBe(`/orders/${orderId}?key=${orderKey(orderId)}`);
    expect(orderKey(orderId)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});
