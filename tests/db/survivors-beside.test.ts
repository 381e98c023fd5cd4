import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  expired,
  type Order,
  paid,
  pinCart,
  settle,
  startCheckout,
  stillOpen,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { askRefund, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import {
  asSuperuser,
  cartOf,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  stockOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// What becomes of one order leaves the others beside it alone: what no other test noticed when `npm run mutate:db` took
// single conditions away.

const db = useTestDatabase();
let variantId = "";
let order: Order;

async function buyOne(of: string, quantity: number): Promise<Order> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, of, quantity);
  return buy(db.sql, shopperId);
}

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  order = await buyOne(variantId, 2);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("units that are sold again are those of their line", async () => {
  const beside = await createVariant(db.sql, 9);
  await buyOne(beside, 3);
  await askRefund(db.sql, order.orderId, [refundLine(must(order.lines[0]).orderLineId, 1, "restocked")]);
  expect([await stockOf(db.sql, variantId), await stockOf(db.sql, beside)]).toEqual([
    { on_hand: 8, reserved: 0 },
    { on_hand: 6, reserved: 0 },
  ]);
});

test("units that come back with one refund do not come back with another, though nobody has decided about them yet", async () => {
  const lineId = must(order.lines[0]).orderLineId;
  await askRefund(db.sql, order.orderId, [refundLine(lineId, 2)], { amountCents: 1 });
  const { refundId } = await askRefund(db.sql, order.orderId, [], { amountCents: 1 });
  const typed = db.sql`
    insert into refund_lines (refund_id, order_line_id, quantity) values (${must(refundId)}, ${lineId}, 1)`;
  expect(await sqlStateOf(typed)).toBe("HF016");
});

test("money that came by Stripe and is owed back goes back by Stripe: nobody is asked to do it by hand", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 7);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), variantId, 7);
  const { refundId } = await settle(db.sql, payment.paymentId, paid(payment));
  expect(await db.sql`select kind from alerts where subject = ${must(refundId ?? undefined)}`).toEqual([]);
});

test("a hold that two payments of one shopper pinned in turn is sold by the second, whoever else is paying", async () => {
  const other = newShopper();
  await hold(db.sql, other, variantId, 1);
  const open = await pinCart(db.sql, other);
  const shopperId = newShopper();
  const mine = await hold(db.sql, shopperId, variantId, 2);
  await settle(db.sql, (await pinCart(db.sql, shopperId)).paymentId, expired);
  const second = await pinCart(db.sql, shopperId);
  await settle(db.sql, second.paymentId, paid(second));
  const [line] =
    await db.sql`select reservation_id as id from order_lines where order_id = ${second.orderId}`;
  expect(line?.id).toBe(mine.reservationId);
  await settle(db.sql, open.paymentId, expired);
});

test("nobody cancels what nobody has ordered", async () => {
  const [row] = await db.sql`select cancel_order(gen_random_uuid()) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("not_found");
});

test("nobody cancels what went back in full", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [], { amountCents: order.totalCents });
  await recordRefund(db.sql, refundId, "succeeded");
  const [row] = await db.sql`select cancel_order(${order.orderId}) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("already");
});

test("a payment that has ended is nobody's to claim, though its window is over", async () => {
  await db.sql`update payments set claimed_until = 'infinity' where status in ('open', 'processing')`;
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  const payment = await pinCart(db.sql, shopperId);
  await settle(db.sql, payment.paymentId, expired, "expire");
  await asSuperuser(
    db,
    (tx) => tx`update payments set window_ends_at = now() where id = ${payment.paymentId}`,
  );
  const [row] = await db.sql`select claim_settlements(100) -> 'payments' as payments`;
  expect(row?.payments).toEqual([]);
});

const decide = async (refundId: string | undefined, isRestocked: boolean) => {
  const [row] = await db.sql`
    select decide_restock(${must(refundId)}, ${must(order.lines[0]).orderLineId}, ${isRestocked}) ->> 'outcome' as outcome`;
  return row?.outcome;
};

test("what was decided of one refund is decided, whatever is open of another", async () => {
  const one = [refundLine(must(order.lines[0]).orderLineId, 1)];
  const first = await askRefund(db.sql, order.orderId, one);
  const second = await askRefund(db.sql, order.orderId, one);
  expect(await decide(first.refundId, true)).toBe("decided");
  expect(await decide(first.refundId, true)).toBe("already");
  expect(await decide(second.refundId, true)).toBe("decided");
});

test("that units of a refund that failed stay off the shelf can be decided, though they came back with another", async () => {
  const both = (restock: "undecided" | "restocked") =>
    askRefund(db.sql, order.orderId, [refundLine(must(order.lines[0]).orderLineId, 2, restock)], {
      amountCents: 1,
    });
  const first = await both("undecided");
  await recordRefund(db.sql, first.refundId, "failed");
  await both("restocked");
  expect(await decide(first.refundId, true)).toBe("exceeds");
  expect(await decide(first.refundId, false)).toBe("decided");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 0 });
});

test("who gets money back from the dashboard at once is told at once", async () => {
  const said = { refundId: `re_${order.orderId}`, amountCents: 1, status: "succeeded" };
  await db.sql`select record_outside_refund(${`pi_${order.paymentId}`}, ${db.sql.json(said)})`;
  const mails =
    await db.sql`select kind from outgoing_mails where order_id = ${order.orderId} order by created_at, kind`;
  expect(mails.map(({ kind }) => kind)).toEqual(["confirmation", "refunded"]);
});

test("what is not there is not found, and nothing is said of an order", async () => {
  const nobody = newShopper();
  expect((await retryRefund(db.sql, nobody)).outcome).toBe("not_found");
  const answer = await askRefund(db.sql, nobody, [], { amountCents: 1 });
  expect(answer.outcome).toBe("not_found");
  expect(answer).not.toHaveProperty("order");
});

test("what becomes of the holds has to be said", async () => {
  const call = settle(db.sql, order.paymentId, expired, null as unknown as "return");
  expect(await sqlStateOf(call)).toBe("HF001");
});

test("the same word again alerts nobody, and says nothing of a refund", async () => {
  const answer = await settle(db.sql, order.paymentId, {
    ...{ status: "complete", paymentStatus: "paid", amountCents: order.totalCents, currency: "eur" },
    paymentIntentId: `pi_${order.paymentId}`,
  });
  expect(answer.outcome).toBe("already");
  expect(answer).not.toHaveProperty("refundId");
  expect(await db.sql`select 1 from alerts where subject = ${order.paymentId}`).toEqual([]);
  expect(await settle(db.sql, newShopper(), expired)).not.toHaveProperty("order");
});

test("a payment that is open stays open while Stripe says so", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  const { paymentId } = await pinCart(db.sql, shopperId);
  await settle(db.sql, paymentId, stillOpen);
  expect(await db.sql`select status from payments where id = ${paymentId}`).toEqual([{ status: "open" }]);
});

test("a key that was used for something else is answered with that alone", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const { idempotencyKey: key, bodyHash } = newKey();
  const seen = { cartVersion, totalCents: 1490, key };
  await startCheckout(db.sql, shopperId, { ...seen, bodyHash });
  const answer = await startCheckout(db.sql, shopperId, { ...seen, bodyHash: "0".repeat(64) });
  expect(Object.keys(answer).sort()).toEqual(["outcome", "serverNow"]);
});
