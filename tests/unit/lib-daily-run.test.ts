import type { NextRequest } from "next/server";
import { beforeEach, expect, it, vi } from "vitest";
import { GET } from "@/app/api/cron/reconcile/route";
import { StripeUnavailable } from "@/lib/stripe/stripe-error";

const outside = vi.hoisted(() => {
  const did: string[] = [];
  const does = (name: string) => async () => void did.push(name);
  return { did, does, compare: vi.fn(), watch: vi.fn() };
});
vi.mock("@/lib/http/cron-secret", () => ({ requireCronSecret: () => {}, bearerOf: () => "secret" }));
vi.mock("@/lib/checkout/reconcile-all", () => ({ reconcileAll: outside.compare }));
vi.mock("@/lib/checkout/erase-due-orders", () => ({ eraseDueOrders: outside.does("erase") }));
vi.mock("@/lib/operations/prune", () => ({ pruneOldRecords: outside.does("prune") }));
vi.mock("@/lib/operations/watch", () => ({ watchShop: outside.watch }));

const AFTER = "0e0c7a5e-3a0a-4d1f-9d2b-6a5b8f1c2d3e";
const ask = (query = "") =>
  GET(new Request(`http://shop.example/api/cron/reconcile${query}`) as NextRequest, {});
const compared = { serverNow: "2026-11-23T03:23:00Z", compared: 0, findings: [], next: null };

beforeEach(() => {
  outside.did.length = 0;
  outside.compare.mockReset().mockImplementation(async () => {
    outside.did.push("compare");
    return compared;
  });
  outside.watch.mockReset().mockImplementation(outside.does("watch"));
});

it("has done what needs no Stripe before Stripe is asked", async () => {
  expect((await ask()).status).toBe(200);
  expect(outside.did).toEqual(["prune", "watch", "erase", "compare"]);
  expect(outside.watch).toHaveBeenCalledWith({ withDrift: true });
});

it("has done it also on a day on which Stripe does not answer", async () => {
  outside.compare.mockRejectedValue(new StripeUnavailable("down"));
  const response = await ask();
  expect(await response.json()).toMatchObject({ status: 503, code: "payment_unavailable" });
  expect(outside.did).toEqual(["prune", "watch", "erase"]);
});

it("does it once a day: not where it only goes on", async () => {
  await ask(`?after=${AFTER}`);
  expect(outside.did).toEqual(["compare"]);
  expect(outside.compare).toHaveBeenCalledWith(AFTER, expect.anything());
});

it("gives the comparison the rest of 50 seconds", async () => {
  vi.useFakeTimers();
  try {
    outside.watch.mockImplementation(async () => void vi.advanceTimersByTime(12_000));
    await ask();
    const [, deadline] = outside.compare.mock.calls[0] ?? [];
    vi.advanceTimersByTime(37_999);
    expect(deadline.isOver()).toBe(false);
    vi.advanceTimersByTime(1);
    expect(deadline.isOver()).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
