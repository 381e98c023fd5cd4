import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  expired,
  failed,
  orderOf,
  type Payment,
  paid,
  pinCart,
  settle,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import {
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  rowOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// The last that no other test noticed of paying when `npm run mutate:db` took single guards away.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;
let payment: Payment;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("a sale of fewer units than were paid for is none", async () => {
  const sale = db.sql.begin(async (sql) => {
    await sql`update payments set status = 'succeeded', settled_at = now(), received_cents = amount_cents,
      received_currency = currency where id = ${payment.paymentId}`;
    await sql`update reservations set status = 'confirmed', quantity = 1, ended_at = now() where id = ${mine.reservationId}`;
    await sql`update order_lines set location_id = ${mine.locationId} where order_id = ${payment.orderId}`;
    await sql`update orders set status = 'paid', paid_at = now() where id = ${payment.orderId}`;
  });
  expect(await sqlStateOf(sale)).toBe("HF015");
});

test("who writes into a hold that is being paid what it says already is refused nothing", async () => {
  const same = db.sql`update reservations set status = status, quantity = quantity, shopper_id = shopper_id
    where id = ${mine.reservationId}`;
  expect(await sqlStateOf(same)).toBe("none");
});

test("a late success marks no hold of another variant: its level is not locked", async () => {
  await settle(db.sql, payment.paymentId, expired, "expire");
  const other = await hold(db.sql, shopperId, await createVariant(db.sql, 3));
  await letTimePass(db, 901, shopperId);
  await settle(db.sql, payment.paymentId, paid(payment));
  expect((await rowOf(db.sql, other.reservationId)).status).toBe("active");
});

test.each([
  ["failed", failed],
  ["expired", expired],
])("how a payment ended is written: %s", async (status, word) => {
  await settle(db.sql, payment.paymentId, unpaid);
  await settle(db.sql, payment.paymentId, word);
  expect(await db.sql`select status from payments where id = ${payment.paymentId}`).toEqual([{ status }]);
});

test("what goes back in the dashboard takes no room from another order's refund, though that is newer", async () => {
  const mine = (await settle(db.sql, payment.paymentId, paid(payment))).order;
  await askRefund(db.sql, mine.orderId, [], { amountCents: mine.totalCents });
  const other = newShopper();
  await hold(db.sql, other, variantId);
  const theirs = await buy(db.sql, other);
  await askRefund(db.sql, theirs.orderId, [], { amountCents: 1 });
  const said = { refundId: `re_${mine.orderId}`, amountCents: 1, status: "succeeded" };
  await db.sql`select record_outside_refund(${`pi_${payment.paymentId}`}, ${db.sql.json(said)})`;
  expect((await orderOf(db.sql, mine.orderId)).refunds.map(({ status }) => status)).toEqual([
    "failed",
    "succeeded",
  ]);
  expect((await orderOf(db.sql, theirs.orderId)).refunds.map(({ status }) => status)).toEqual(["requested"]);
});

test("who types that units are put back, or were kept out, is asked whether they came back with another refund", async () => {
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  const lineId = must(order.lines[0]).orderLineId;
  const back = (restock: "undecided" | "restocked") =>
    askRefund(db.sql, order.orderId, [refundLine(lineId, 2, restock)], { amountCents: 1 });
  const first = must((await back("undecided")).refundId);
  await recordRefund(db.sql, first, "failed");
  await back("restocked");
  const putBack = db.sql`update refund_lines set restock = 'restocked', decided_at = now() where refund_id = ${first}`;
  expect(await sqlStateOf(putBack)).toBe("HF016");
  const third = must((await askRefund(db.sql, order.orderId, [], { amountCents: 1 })).refundId);
  const keptOut = db.sql`insert into refund_lines (refund_id, order_line_id, quantity, restock, decided_at)
    values (${third}, ${lineId}, 1, 'kept_out', now())`;
  expect(await sqlStateOf(keptOut)).toBe("HF016");
});
