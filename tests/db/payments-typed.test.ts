import { afterEach, beforeEach, expect, test } from "vitest";
import { expired, type Payment, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import {
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  must,
  newShopper,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Invariants 7 and 8 hold for what somebody types into the SQL editor as the owner of the schema.

const db = useTestDatabase();
let variantId = "";
let mine: Hold;
let payment: Payment;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** Types it, with the ids of the pinned payment, and answers the SQLSTATE. */
const type = (statement: string) =>
  sqlStateOf(
    db.sql.unsafe(
      statement
        .replaceAll(":hold", `'${mine.reservationId}'`)
        .replaceAll(":payment", `'${payment.paymentId}'`)
        .replaceAll(":order", `'${payment.orderId}'`),
    ),
  );
const sell = () => settle(db.sql, payment.paymentId, paid(payment));

test.each([
  ["goes back to the cart", "update reservations set status = 'active' where id = :hold", "HF012"],
  ["is released", "update reservations set status = 'released', ended_at = now() where id = :hold", "HF012"],
  [
    "expires",
    "update reservations set status = 'expired', ended_at = greatest(now(), expires_at) where id = :hold",
    "HF012",
  ],
  [
    "is confirmed",
    "update reservations set status = 'confirmed', ended_at = now() where id = :hold",
    "HF012",
  ],
  ["shrinks", "update reservations set quantity = 1 where id = :hold", "HF012"],
  [
    "becomes somebody else's",
    "update reservations set shopper_id = gen_random_uuid() where id = :hold",
    "HF012",
  ],
  ["is deleted", "delete from reservations where id = :hold", "HF012"],
])("a hold that is being paid: nobody types that it %s", async (_, statement, state) => {
  expect(await type(statement)).toBe(state);
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("paying");
});

test.each([
  [
    "a payment that just succeeds",
    "update payments set status = 'succeeded', settled_at = now(), received_cents = amount_cents, received_currency = currency where id = :payment",
  ],
  [
    "a payment that just expires",
    "update payments set status = 'expired', settled_at = now() where id = :payment",
  ],
  ["an order that is just paid", "update orders set status = 'paid', paid_at = now() where id = :order"],
  [
    "an order that is just refunded",
    "update orders set status = 'refunded', paid_at = now(), refunded_at = now() where id = :order",
  ],
])("%s is refused when the transaction ends", async (_, statement) => {
  expect(await type(statement)).toBe("HF015");
  expect(must((await db.sql`select status from payments where id = ${payment.paymentId}`)[0]).status).toBe(
    "open",
  );
});

test("a success and its order without its goods is refused, and so is one without its refund", async () => {
  const together = (rest: string) =>
    sqlStateOf(
      db.sql.begin(async (sql) => {
        await sql`update payments set status = 'succeeded', settled_at = now(), received_cents = amount_cents,
          received_currency = currency where id = ${payment.paymentId}`;
        await sql`update reservations set status = 'released', ended_at = now() where id = ${mine.reservationId}`;
        await sql.unsafe(`update orders set ${rest} where id = '${payment.orderId}'`);
      }),
    );
  expect(await together("status = 'paid', paid_at = now()")).toBe("HF015");
  expect(await together("status = 'refunded_out_of_stock', paid_at = now(), refunded_at = now()")).toBe(
    "HF015",
  );
});

test("nobody types a payment for what is not held", async () => {
  const other = await hold(db.sql, newShopper(), variantId, 1);
  expect(
    await type(`with o as (
        insert into orders (shopper_id, source, currency, subtotal_cents, total_cents)
        values (gen_random_uuid(), 'phone', 'EUR', 1, 1) returning id, shopper_id
      ), l as (
        insert into order_lines (order_id, position, variant_id, quantity, unit_price_cents, product_name, variant_name,
          sku, image_path, reservation_id)
        select id, 1, '${variantId}', 1, 1, 'P', 'V', 's', '/', '${other.reservationId}' from o
      )
      insert into payments (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at)
      select id, shopper_id, 1, 'EUR', 'x', now(), now() from o`),
  ).toBe("HF015");
});

test.each([
  ["amount_cents = 1"],
  ["currency = 'USD'"],
  ["return_origin = 'https://evil.test'"],
  ["session_expires_at = now()"],
  ["window_ends_at = window_ends_at + interval '1 h'"],
  ["order_id = gen_random_uuid()"],
])("what Stripe was called with stays: payments.%s", async (change) => {
  expect(await type(`update payments set ${change} where id = :payment`)).toBe("HF014");
});

test("a session and a payment intent are written once", async () => {
  await db.sql`update payments set session_id = 'cs_1', payment_intent_id = 'pi_1' where id = ${payment.paymentId}`;
  expect(await type("update payments set session_id = 'cs_2' where id = :payment")).toBe("HF014");
  expect(await type("update payments set session_id = null where id = :payment")).toBe("HF014");
  expect(await type("update payments set payment_intent_id = 'pi_2' where id = :payment")).toBe("HF014");
});

test.each([
  [
    "update payments set status = 'open', settled_at = null, received_cents = null, received_currency = null where id = :payment",
    "HF014",
  ],
  ["update payments set status = 'failed' where id = :payment", "HF013"],
  ["update payments set received_cents = 1 where id = :payment", "HF014"],
  ["update payments set settled_at = now() where id = :payment", "HF014"],
  ["update orders set status = 'pending', paid_at = null where id = :order", "HF013"],
  ["update orders set status = 'cancelled', paid_at = null, cancelled_at = now() where id = :order", "HF013"],
  ["update orders set total_cents = 1, subtotal_cents = 1, shipping_cents = 0 where id = :order", "HF014"],
  ["update orders set number = 1 where id = :order", "428C9"],
  ["update order_lines set quantity = 1 where order_id = :order", "HF014"],
  ["update order_lines set unit_price_cents = 1 where order_id = :order", "HF014"],
  ["update order_lines set reservation_id = gen_random_uuid() where order_id = :order", "HF014"],
  ["update order_lines set location_id = null where order_id = :order", "HF014"],
  ["delete from orders where id = :order", "HF014"],
  ["delete from order_lines where order_id = :order", "HF014"],
  ["delete from payments where id = :payment", "HF014"],
  ["truncate payments cascade", "HF014"],
  [
    "insert into orders (shopper_id, source, status, paid_at, currency, subtotal_cents, total_cents) values (gen_random_uuid(), 'phone', 'paid', now(), 'EUR', 1, 1)",
    "HF013",
  ],
  [
    "insert into orders (shopper_id, source, currency, subtotal_cents, total_cents) values (gen_random_uuid(), 'checkout', 'EUR', 1, 1)",
    "23514",
  ],
  [
    "insert into orders (shopper_id, source, currency, subtotal_cents, total_cents) values (gen_random_uuid(), 'phone', 'EUR', 1, 2)",
    "23514",
  ],
  ["update orders set paid_at = null where id = :order", "23514"],
  ["update payments set received_currency = null where id = :payment", "HF014"],
])("what was sold was sold: %s", async (statement, state) => {
  await sell();
  expect(await type(statement)).toBe(state);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("a shopper has one unfinished payment, whoever types the second", async () => {
  await settle(db.sql, payment.paymentId, expired);
  await pinCart(db.sql, payment.shopperId);
  expect(
    await type(`insert into payments (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at)
      select id, shopper_id, 1, 'EUR', 'x', now(), now() from orders where shopper_id = '${payment.shopperId}' limit 1`),
  ).toBe("23505");
});

test("more money than came, more units than went, or the same unit twice: refused, whoever types it", async () => {
  const { order } = await sell();
  const lineId = must(order.lines[0]).orderLineId;
  const owe = (cents: number, currency = "EUR") =>
    `insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor)
     values (:order, :payment, ${cents}, '${currency}', 'requested', 'me')`;
  expect(await type(owe(payment.amountCents + 1))).toBe("HF016");
  expect(await type(owe(1, "USD"))).toBe("HF016");
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 2, "restocked")]);
  expect(await type(owe(payment.amountCents - 1999))).toBe("HF016");
  const second = await askRefund(db.sql, order.orderId, [], { amountCents: 1 });
  expect(
    await type(
      `insert into refund_lines (refund_id, order_line_id, quantity) values ('${second.refundId}', '${lineId}', 1)`,
    ),
  ).toBe("HF016");
  expect(
    await type(
      `update refund_lines set restock = 'undecided', decided_at = null where refund_id = '${refundId}'`,
    ),
  ).toBe("HF014");
  expect(await type(`update refund_lines set quantity = 1 where refund_id = '${refundId}'`)).toBe("HF014");
  expect(await type(`update refunds set amount_cents = 1 where id = '${refundId}'`)).toBe("HF014");
  expect(await type(`delete from refund_lines where refund_id = '${refundId}'`)).toBe("HF014");
  expect(await type(`delete from refunds where id = '${refundId}'`)).toBe("HF014");
  await recordRefund(db.sql, refundId, "succeeded");
  expect(
    await type(`update refunds set status = 'requested', settled_at = null where id = '${refundId}'`),
  ).toBe("HF013");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
});

test("the ladder gives back once, whoever types the second", async () => {
  await settle(db.sql, payment.paymentId, paid(payment, { amountCents: 10 }));
  expect(
    await type(`insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, status, settled_at)
      values (:order, :payment, 10, 'EUR', 'wrong_amount', 'me', 'failed', now())`),
  ).toBe("23505");
});

test("what was heard of Stripe is only ever added to", async () => {
  await settle(db.sql, payment.paymentId, paid(payment), "return", { id: `evt_${payment.paymentId}` });
  expect(await type("update payment_events set outcome = 'ended' where payment_id = :payment")).toBe("HF008");
  expect(await type("delete from payment_events where payment_id = :payment")).toBe("HF008");
  expect(await type("truncate payment_events")).toBe("HF008");
});
