import { expect, test, vi } from "vitest";
import type { Reconciliation } from "@/contracts/orders";
import { reconcileAll } from "@/lib/checkout/reconcile-all";
import { deadlineIn } from "@/lib/deadline";
import { StripeUnavailable } from "@/lib/stripe/stripe-error";
import { FakeTime, settled } from "./fake-time";

const finding = (paymentId: string) => ({
  kind: "paid_without_stock",
  orderId: null,
  orderNumber: null,
  paymentId,
  expected: null,
  found: null,
});

/** Three parts, the last without a next one. */
async function part(after?: string) {
  const n = after === undefined ? 1 : Number(after);
  const serverNow = `2026-11-23T00:00:0${n}Z`;
  return { serverNow, compared: 25, findings: [finding(String(n))], next: n < 3 ? String(n + 1) : null };
}

const newTime = () => new FakeTime("2026-11-23T03:23:00Z");
/** With 50 seconds, and parts that take as long as is said, each in its turn. */
function taking(...milliseconds: number[]) {
  const time = newTime();
  const slow = vi.fn(async (after?: string) => {
    await new Promise<void>((resolve) => time.setTimeout(resolve, milliseconds.shift() ?? 0));
    return part(after);
  });
  return { time, slow, done: reconcileAll(undefined, deadlineIn(50_000, time), slow) };
}

test("every part is compared, and none twice", async () => {
  const whole = await reconcileAll(undefined, deadlineIn(50_000, newTime()), part);
  expect(whole.findings.map(({ paymentId }) => paymentId)).toEqual(["1", "2", "3"]);
  expect(whole).toMatchObject({ compared: 75, next: null, serverNow: "2026-11-23T00:00:03Z" });
});

test("it goes on where it is told to", async () => {
  expect((await reconcileAll("3", deadlineIn(50_000, newTime()), part)).compared).toBe(25);
});

test("when the time is used up it begins no part, and says where to go on", async () => {
  const { time, slow, done } = taking(10_000, 10_000);
  await time.advance(20_000);
  expect(await done).toMatchObject({ compared: 50, next: "3" });
  expect(slow).toHaveBeenCalledTimes(2);
});

test("a part that is not done by the deadline is left for the next call, and what was found is told", async () => {
  const { time, done } = taking(10_000, 60_000);
  const answered = vi.fn<(whole: Reconciliation) => void>();
  void done.then(answered);
  await time.advance(49_999);
  expect(answered).not.toHaveBeenCalled();
  await time.advance(1);
  expect(answered).toHaveBeenCalledWith(expect.objectContaining({ compared: 25, next: "2" }));
});

test("where not even the first part is done by then, Stripe is too slow", async () => {
  const { time, done } = taking(60_000);
  const failed = expect(done).rejects.toThrow(StripeUnavailable);
  await time.advance(50_000);
  await settled();
  await failed;
});
