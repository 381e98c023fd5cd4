import { describe, expect, it } from "vitest";
import { serverTime, synchronise } from "@/domain/server-clock";

describe("the server's time", () => {
  it("is our own clock until the server has spoken", () => {
    expect(serverTime(null, 5_000)).toBe(5_000);
  });

  it("comes out right however wrong the shopper's clock is", () => {
    const oneDayFast = 86_400_000;
    const clock = synchronise(null, {
      serverNow: 1_000_000,
      sentAt: 1_000_000 + oneDayFast - 50,
      receivedAt: 1_000_000 + oneDayFast + 50,
    });
    expect(serverTime(clock, 1_007_000 + oneDayFast)).toBe(1_007_000);
  });

  it("is off by at most half the round trip", () => {
    const clock = synchronise(null, { serverNow: 1_000, sentAt: 1_000, receivedAt: 1_400 });
    expect(Math.abs(serverTime(clock, 1_400) - 1_400)).toBeLessThanOrEqual(200);
  });

  it("follows the newest word of the server, not the newest arrival", () => {
    const newer = synchronise(null, { serverNow: 9_000, sentAt: 100, receivedAt: 100 });
    expect(synchronise(newer, { serverNow: 8_000, sentAt: 200, receivedAt: 200 })).toBe(newer);
    expect(synchronise(newer, { serverNow: 9_500, sentAt: 500, receivedAt: 700 }).offset).toBe(8_900);
  });
});
