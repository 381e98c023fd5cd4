import { expect, test } from "vitest";
import { reconcileAll } from "@/lib/checkout/reconcile-all";

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

test("every part is compared, and none twice", async () => {
  const { compared, findings, next, serverNow } = await reconcileAll(undefined, part, () => 0);
  expect(findings.map(({ paymentId }) => paymentId)).toEqual(["1", "2", "3"]);
  expect({ compared, next, serverNow }).toEqual({
    compared: 75,
    next: null,
    serverNow: "2026-11-23T00:00:03Z",
  });
});

test("it goes on where it is told to", async () => {
  expect((await reconcileAll("3", part, () => 0)).compared).toBe(25);
});

test("when the time is used up it says where to go on, and has done one part at least", async () => {
  let clock = 0;
  const slow = () => (clock += 15_000);
  expect(await reconcileAll(undefined, part, slow)).toMatchObject({ compared: 50, next: "3" });
  clock = 0;
  expect(await reconcileAll(undefined, part, () => (clock += 30_000))).toMatchObject({
    compared: 25,
    next: "2",
  });
});
