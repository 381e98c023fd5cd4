import { afterEach, beforeEach, expect, test } from "vitest";
import { buy, expired, type Payment, paid, pinCart, settle, typeOrder } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import {
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  must,
  newShopper,
  rowOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Invariants 7 and 8, part by part: whole transactions that somebody types, each wrong in one thing alone. What no other
// test noticed when `npm run mutate:db` took single conditions away from the guards of a payment's end.

const db = useTestDatabase();
let variantId = "";
let mine: Hold;
let payment: Payment;
let names: Record<string, string> = {};

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  // Others buy and pay at the same time: nothing of theirs is an excuse.
  const other = newShopper();
  await hold(db.sql, other, variantId, 2);
  const sold = await buy(db.sql, other);
  await hold(db.sql, other, variantId, 2);
  await pinCart(db.sql, other);

  const shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
  names = {
    ...{ hold: mine.reservationId, payment: payment.paymentId, order: payment.orderId, shopper: shopperId },
    ...{
      variant: variantId,
      sold: must(sold.lines[0]).orderLineId,
      main: mine.locationId,
      someone: newShopper(),
    },
  };
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** Types it all in one transaction, with the ids of what was made above, and answers the SQLSTATE. */
const together = (...statements: string[]) =>
  sqlStateOf(
    db.sql.begin(async (sql) => {
      for (const statement of statements) {
        await sql.unsafe(
          statement.replace(/(?<!:):([a-z]+)/g, (_, name: string) => `'${must(names[name])}'`),
        );
      }
    }),
  );

const succeeds = `update payments set status = 'succeeded', settled_at = now(), received_cents = amount_cents,
  received_currency = currency where id = :payment`;
const expires = "update payments set status = 'expired', settled_at = now() where id = :payment";
const cancelled = "update orders set status = 'cancelled', cancelled_at = now() where id = :order";
const isPaid = "update orders set status = 'paid', paid_at = now() where id = :order";
const isGone =
  "update orders set status = 'refunded_out_of_stock', paid_at = now(), refunded_at = now() where id = :order";
const confirmed = "update reservations set status = 'confirmed', ended_at = now() where id = :hold";
const released = "update reservations set status = 'released', ended_at = now() where id = :hold";
const located = "update order_lines set location_id = :main where order_id = :order";
const taken = "update stock_levels set on_hand = on_hand - 2 where variant_id = :variant";
const owed = (
  reason: string,
) => `insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor)
  select order_id, id, amount_cents, currency, '${reason}', 'me' from payments where id = :payment`;

test("a sale is its payment, its goods and where they come from", async () => {
  expect(await together(succeeds, confirmed, isPaid, taken)).toBe("HF015");
  expect(await together(succeeds, released, located, isPaid)).toBe("HF015");
  expect(await together(succeeds, located, isPaid)).toBe("HF015");
});

test("a payment that was too late is its whole refund, for that reason, and no goods", async () => {
  expect(await together(succeeds, released, isGone, owed("outside"))).toBe("HF015");
  expect(await together(succeeds, released, located, isGone, owed("out_of_stock"))).toBe("HF015");
  expect(await together(succeeds, isGone, owed("out_of_stock"))).toBe("HF015");
  expect(await together(succeeds, released, isGone, owed("out_of_stock"))).toBe("none");
});

test("a payment that has ended pins nothing, whoever else is paying", async () => {
  expect(await together(expires, cancelled)).toBe("HF015");
  expect(await together(expires, cancelled, released)).toBe("none");
});

test("nobody gets goods by another's payment, or other goods than were paid", async () => {
  expect(await together(expires, cancelled, confirmed)).toBe("HF012");
  expect(await together(succeeds, "update reservations set quantity = 1 where id = :hold", confirmed)).toBe(
    "HF012",
  );
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("paying");
});

test("what is pinned no more can be deleted", async () => {
  expect(await together(expires, "delete from reservations where id = :hold", cancelled)).toBe("none");
  expect(await db.sql`select 1 from reservations where id = ${mine.reservationId}`).toHaveLength(0);
});

const beginsToPay = `insert into payments (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at)
  values (:typed, :someone, 1000, 'EUR', 'x', now(), now())`;
test.each([
  ["nothing is wrong with it", 1, "paying", "someone", "none"],
  ["is still in the cart", 1, "active", "someone", "HF015"],
  ["is of other units", 2, "paying", "someone", "HF015"],
  ["is another shopper's", 1, "paying", "shopper", "HF015"],
])("nobody types a payment for a hold that %s", async (_, quantity, status, shopper, state) => {
  names.typed = await typeOrder(db.sql, must(names.someone), variantId);
  expect(
    await together(
      `with made as (
         insert into reservations (shopper_id, variant_id, location_id, quantity, status, duration_seconds, created_at, expires_at, max_expires_at)
         values (:${shopper}, :variant, :main, ${quantity}, '${status}', 900, now(), now() + interval '15 min', now() + interval '1 h')
         returning id)
       update order_lines set reservation_id = made.id from made where order_id = :typed`,
      beginsToPay,
    ),
  ).toBe(state);
  if (state === "none") {
    const [row] = await db.sql<{ id: string }[]>`select id from payments where order_id = ${names.typed}`;
    await settle(db.sql, must(row).id, expired);
  }
});

test("a refund is of its own order, and its lines are of what was sold with it", async () => {
  const refund = (
    order: string,
  ) => `insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor)
    values (${order}, :payment, 1, 'EUR', 'requested', 'me')`;
  const another = "(select order_id from order_lines where id = :sold)";
  await settle(db.sql, payment.paymentId, paid(payment));
  expect(await together(refund(another))).toBe("HF016");
  names.refund = must((await askRefund(db.sql, payment.orderId, [], { amountCents: 1 })).refundId);
  expect(
    await together(
      "insert into refund_lines (refund_id, order_line_id, quantity) values (:refund, :sold, 1)",
    ),
  ).toBe("HF016");
});

test("nothing comes back of what was not sold yet", async () => {
  const owedForNothing = `insert into refunds (id, order_id, payment_id, amount_cents, currency, reason, actor, status, settled_at)
    values (:someone, :order, :payment, 0, 'EUR', 'requested', 'me', 'failed', now())`;
  const line = "(select id from order_lines where order_id = :order)";
  expect(
    await together(
      owedForNothing,
      `insert into refund_lines (refund_id, order_line_id, quantity) values (:someone, ${line}, 1)`,
    ),
  ).toBe("HF016");
});

test("units whose refund failed may come back with another, unless they are on the shelf again", async () => {
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  const lineId = must(order.lines[0]).orderLineId;
  const back = (quantity: number, restock: "undecided" | "restocked") =>
    askRefund(db.sql, order.orderId, [refundLine(lineId, quantity, restock)], { amountCents: 1 });
  const first = await back(2, "undecided");
  await recordRefund(db.sql, first.refundId, "failed");
  const second = await back(1, "restocked");
  await recordRefund(db.sql, second.refundId, "failed");
  names.refund = must((await askRefund(db.sql, order.orderId, [], { amountCents: 1 })).refundId);
  names.line = lineId;
  const comesBack = (quantity: number) =>
    together(
      `insert into refund_lines (refund_id, order_line_id, quantity) values (:refund, :line, ${quantity})`,
    );
  expect(await comesBack(2)).toBe("HF016");
  expect(await comesBack(1)).toBe("none");
  expect((await retryRefund(db.sql, first.refundId)).outcome).toBe("exceeds");
});
