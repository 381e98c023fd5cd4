import { beforeEach, expect, test } from "vitest";
import { buy, expired, type Order, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { asSuperuser, createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Each part of what reconcile_stock looks for by itself: found where it is amiss, and nowhere else.

const db = useTestDatabase();
let variantId = "";
let order: Order;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  order = await buy(db.sql, shopperId);
});

type Finding = {
  kind: string;
  orderId: string | null;
  refundId: string | null;
  reservationId: string | null;
};
const findings = async (): Promise<Finding[]> => (await answerOf(db.sql, "reconcile_stock()")).findings;
const found = async (orderId = order.orderId) =>
  (await findings()).filter((finding) => finding.orderId === orderId);
const kinds = async (orderId?: string) => (await found(orderId)).map(({ kind }) => kind);

/** What no function of ours does. */
const force = (...changes: string[]) =>
  asSuperuser(db, async (tx) => {
    for (const change of changes) await tx.unsafe(change.replaceAll(":order", `'${order.orderId}'`));
  });
const received = (cents: number) => `update payments set received_cents = ${cents} where order_id = :order`;
const refunded = "update orders set status = 'refunded', refunded_at = now() where id = :order";

test.each([
  [
    "an order that is open still, although its payment succeeded",
    [received(0), "update orders set status = 'pending', paid_at = null where id = :order"],
  ],
  [
    "a sale whose units were given back",
    [
      "update reservations set status = 'released' where id in (select reservation_id from order_lines where order_id = :order)",
    ],
  ],
  [
    "money that went back of a second payment alone",
    [
      refunded,
      `insert into refunds (order_id, payment_id, amount_cents, currency, reason, payment_intent_id, actor, status, settled_at)
       select order_id, id, 1, currency, 'second_payment', 'pi_second', 'test', 'succeeded', now()
       from payments where order_id = :order`,
    ],
  ],
])("paid without stock: %s", async (_, changes) => {
  await force(...changes);
  expect(await kinds()).toEqual(["paid_without_stock"]);
});

test("where nothing was paid nothing has to go back", async () => {
  await force(received(0), refunded);
  expect(await kinds()).toEqual([]);
});

test("what was out of stock and went back is done", async () => {
  const [shopperId, scarce] = [newShopper(), await createVariant(db.sql, 1)];
  await hold(db.sql, shopperId, scarce);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), scarce);
  const late = await settle(db.sql, payment.paymentId, paid(payment));
  expect(late.outcome).toBe("refund_due");
  await recordRefund(db.sql, must(late.refundId), "succeeded");
  expect(await kinds(payment.orderId)).toEqual([]);
});

test("stock without a payment is that hold, and no order's", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId);
  await force(
    `update reservations set status = 'confirmed', ended_at = clock_timestamp() where id = '${reservationId}'`,
  );
  const ofHold = (await findings()).filter((finding) => finding.reservationId === reservationId);
  expect(ofHold).toMatchObject([{ kind: "stock_without_payment", orderId: null }]);
});

const refundMoney = async (amountCents: number) =>
  must((await askRefund(db.sql, order.orderId, [], { amountCents })).refundId);

test("of two refunds the one is undone that has not succeeded", async () => {
  await recordRefund(db.sql, await refundMoney(100), "succeeded");
  const refundId = await refundMoney(200);
  expect(await found()).toMatchObject([{ kind: "refund_undone", refundId }]);
});

test("what failed and went back in another way is done", async () => {
  await recordRefund(db.sql, await refundMoney(100), "failed");
  const line = refundLine(must(order.lines[0]).orderLineId, 2, "restocked");
  const all = await askRefund(db.sql, order.orderId, [line], { includesShipping: true });
  const { order: after } = await recordRefund(db.sql, all.refundId, "succeeded");
  expect(after.status).toBe("refunded");
  expect(await kinds()).toEqual([]);
});

const mails = (change: string) => `update outgoing_mails set ${change} where order_id = :order`;
const longAgo = mails("created_at = created_at - interval '2 h'");

test.each([
  ["was sent", mails("sent_at = clock_timestamp()")],
  [
    "has no address any more",
    `update orders set erased_at = now(), email = null, ship_name = null, ship_line1 = null,
      ship_postal_code = null, ship_city = null where id = :order`,
  ],
])("a mail that %s waits for nobody", async (_, change) => {
  await force(longAgo);
  expect(await kinds()).toEqual(["mail_unsent"]);
  await force(change);
  expect(await kinds()).toEqual([]);
});
