import { expect, test } from "vitest";
import { expired, paid, pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { hold, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { usePinnedCart } from "./pinned-cart.ts";
import { sqlStateOf } from "./sessions.ts";

// What is read of payments: by the shopper who pays, by who asks whose money something is, and page by page.

const db = useTestDatabase();
const at = usePinnedCart(db);

const openPayment = async (shopperId: string) =>
  (await answerOf(db.sql, "get_checkout($1)", [shopperId])).payment;

test("a checkout shows the shopper's own payment, and nobody else's", async () => {
  expect(await openPayment(at.shopperId)).toMatchObject({ paymentId: at.payment.paymentId });
  expect(await openPayment(newShopper())).toBeNull();
});

test.each([
  ["succeeded", () => paid(at.payment)],
  ["ended", () => expired],
] as const)("a checkout shows no payment that has %s", async (_, session) => {
  await at.settled(session(), "expire");
  expect(await openPayment(at.shopperId)).toBeNull();
});

test("who asks for money is told whether it is known", async () => {
  const intent = `pi_${at.payment.paymentId}`;
  const find = () => answerOf(db.sql, "find_money($1)", [intent]);
  expect(await find()).toMatchObject({ outcome: "not_found", orderId: null });
  await at.settled(paid(at.payment));
  expect(await find()).toMatchObject({ outcome: "found", orderId: at.payment.orderId });
});

test("a page has as many payments as were asked for", async () => {
  const other = newShopper();
  await hold(db.sql, other, at.variantId);
  await pinCart(db.sql, other);
  const { payments } = await answerOf(db.sql, "payments_to_reconcile(null, 1)");
  expect(payments).toHaveLength(1);
});

test.each([0, 1_001, null])("a page of %s payments is none", async (limit) => {
  expect(await sqlStateOf(answerOf(db.sql, "payments_to_reconcile(null, $1)", [limit]))).toBe("HF001");
});
