import { beforeEach, expect, it, vi } from "vitest";
import { ProblemError } from "@/lib/http/problem";
import { countWebhookFailure, failureReasonOf } from "@/lib/operations/webhook-failures";
import { StripeUnavailable } from "@/lib/stripe/stripe-error";
import { DatabaseUnavailable } from "@/lib/supabase/database-error";

const outside = vi.hoisted(() => ({ call: vi.fn(), warn: vi.fn() }));
vi.mock("@/lib/supabase/call-function", () => ({ callFunction: outside.call }));
vi.mock("@/lib/log", () => ({ logWarning: outside.warn, logError: vi.fn() }));
vi.mock("next/server", () => ({ after: (work: () => Promise<void>) => void work() }));
vi.mock("node:timers/promises", () => ({
  setTimeout: (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
}));

const told = () => outside.call.mock.calls.map(([, { p_failures }]) => p_failures);
const forged = () => new ProblemError("signature_refused");

beforeEach(() => {
  vi.useFakeTimers();
  outside.call.mockReset().mockResolvedValue({ outcome: "counted" });
  outside.warn.mockReset();
  return async () => {
    await vi.runAllTimersAsync();
    vi.useRealTimers();
  };
});

it.each([
  [new ProblemError("signature_refused"), "signature_refused"],
  [new ProblemError("wrong_mode"), "wrong_mode"],
  [new ProblemError("body_too_large"), "body_too_large"],
  [new ProblemError("malformed_json"), "signature_refused"],
  [new ProblemError("validation_failed"), "failed"],
  [new StripeUnavailable("slow"), "payment_unavailable"],
  [new DatabaseUnavailable("away", "down"), "database_unavailable"],
  [new Error("a bug"), "failed"],
  ["whatever", "failed"],
])("%s is counted as %s", (thrown, reason) => {
  expect(failureReasonOf(thrown)).toBe(reason);
});

it("writes the first at once, and a flood once a second, with all of it counted", async () => {
  countWebhookFailure(forged());
  expect(told()).toEqual([[{ reason: "signature_refused", deliveries: 1 }]]);
  for (let times = 0; times < 10_000; times++) countWebhookFailure(forged());
  countWebhookFailure(new Error("a bug"));
  await vi.advanceTimersByTimeAsync(999);
  expect(told()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(told().slice(1)).toEqual([
    [
      { reason: "signature_refused", deliveries: 10_000 },
      { reason: "failed", deliveries: 1 },
    ],
  ]);
  await vi.runAllTimersAsync();
  expect(told()).toHaveLength(2);
});

it("logs what cannot be written down, and goes on counting", async () => {
  outside.call.mockRejectedValueOnce(new DatabaseUnavailable("away", "down"));
  countWebhookFailure(new DatabaseUnavailable("away", "down"));
  await vi.advanceTimersByTimeAsync(0);
  expect(outside.warn.mock.calls).toEqual([
    ["webhook_failures_not_counted", { reason: "database_unavailable", deliveries: 1 }],
  ]);
  await vi.runAllTimersAsync();
  countWebhookFailure(forged());
  expect(told().at(-1)).toEqual([{ reason: "signature_refused", deliveries: 1 }]);
});
