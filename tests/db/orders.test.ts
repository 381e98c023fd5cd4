import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  expired,
  type Order,
  orderOf,
  paid,
  patiently,
  pinCart,
  settle,
  shipping,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper, stockOf } from "../support/shop.ts";
import { findDrift, sqlStateOf, transfer } from "./sessions.ts";

// What those who operate the shop do with orders.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let order: Order;
let lineId = "";

beforeEach(async () => {
  await db.sql`update store_settings set shipping_cents = ${shipping}`;
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 3);
  order = await buy(db.sql, shopperId);
  lineId = must(order.lines[0]).orderLineId;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

type Answer = { outcome: string; order: Order; refundId?: string; orders?: Order[]; orderId?: string };
async function call(text: string, values: unknown[] = []): Promise<Answer> {
  const [row] = await db.sql.unsafe(`select ${text} as answer`, values as never[]);
  return must(row).answer as Answer;
}
const ship = (id = order.orderId, tracking: string | null = "T1") =>
  call("mark_shipped($1, $2)", [id, tracking]);
const cancel = (restock: boolean | null, id = order.orderId) => call("cancel_order($1, $2)", [id, restock]);
const decide = (refundId: string | undefined, restock: boolean, line = lineId) =>
  call("decide_restock($1, $2, $3)", [refundId, line, restock]);
const mails = async () =>
  (await db.sql`select kind from outgoing_mails where order_id = ${order.orderId} order by created_at`).map(
    (m) => m.kind,
  );

test("shipped once, and the shopper is told once", async () => {
  expect(await ship()).toMatchObject({ outcome: "shipped", order: { tracking: "T1" } });
  expect((await ship()).outcome).toBe("already");
  expect(await mails()).toEqual(["confirmation", "shipped"]);
  expect((await ship(randomUUID())).outcome).toBe("not_found");
});

test("what is not paid, was cancelled, or goes back entirely is not shipped", async () => {
  await hold(db.sql, shopperId, variantId);
  const payment = await pinCart(db.sql, shopperId);
  expect((await ship(payment.orderId)).outcome).toBe("not_shippable");
  expect((await cancel(null, payment.orderId)).outcome).toBe("payment_open");
  await settle(db.sql, payment.paymentId, expired, "expire");
  expect((await cancel(null, payment.orderId)).outcome).toBe("already");
  await askRefund(db.sql, order.orderId, [], { amountCents: order.totalCents });
  expect((await ship()).outcome).toBe("not_shippable");
});

test("cancelled: everything goes back, once, and the units as it is decided", async () => {
  const answer = await cancel(true);
  expect(answer).toMatchObject({
    outcome: "cancelled",
    order: {
      status: "paid",
      refunds: [
        {
          refundId: answer.refundId,
          amountCents: order.totalCents,
          reason: "cancelled",
          lines: [{ orderLineId: lineId, quantity: 3, restock: "restocked" }],
        },
      ],
    },
  });
  expect((await cancel(true)).outcome).toBe("already");
  expect((await ship()).outcome).toBe("not_shippable");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
  expect((await recordRefund(db.sql, answer.refundId, "succeeded")).order.status).toBe("refunded");
});

test("cancelled after a part went back: the rest goes back", async () => {
  await askRefund(db.sql, order.orderId, [refundLine(lineId, 1, "kept_out")]);
  const { order: after } = await cancel(null);
  expect(must(after.refunds[1])).toMatchObject({
    amountCents: order.totalCents - 1000,
    lines: [{ quantity: 2, restock: "undecided" }],
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
});

test("what was sent is not cancelled any more", async () => {
  await ship();
  expect((await cancel(true)).outcome).toBe("shipped");
  expect((await orderOf(db.sql, order.orderId)).refunds).toEqual([]);
});

test("units go back on the shelf once, with their movement, however many decide it at once", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 2)]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
  const answers = await Promise.all(
    db.connect(20).map(async (s) => {
      const [row] = await patiently(
        () => s`select decide_restock(${must(refundId)}, ${lineId}, true) as answer`,
      );
      return must(row).answer.outcome as string;
    }),
  );
  expect(answers.sort()).toEqual([...Array(19).fill("already"), "decided"]);
  expect((await decide(refundId, false)).outcome).toBe("already");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 0 });
  const [movement] =
    await db.sql`select reason, delta from stock_movements where variant_id = ${variantId} order by id desc limit 1`;
  expect(movement).toEqual({ reason: `refund ${order.number}`, delta: 2 });
  expect((await decide(refundId, true, randomUUID())).outcome).toBe("not_found");
});

test("units that are kept out stay out", async () => {
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 2)]);
  expect((await decide(refundId, false)).outcome).toBe("decided");
  expect((await decide(refundId, true)).outcome).toBe("already");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
});

test("units of a refund that failed are not put back twice: once with it, once with the next", async () => {
  const failing = await askRefund(db.sql, order.orderId, [refundLine(lineId, 3)]);
  await recordRefund(db.sql, failing.refundId, "failed");
  const next = await askRefund(db.sql, order.orderId, [refundLine(lineId, 3, "restocked")]);
  expect(next.outcome).toBe("requested");
  expect((await decide(failing.refundId, true)).outcome).toBe("exceeds");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 0 });
});

test("lists: a shopper's own newest first, page by page; everybody's by what is to be done", async () => {
  await hold(db.sql, shopperId, variantId);
  const newer = await buy(db.sql, shopperId);
  const numbers = async (text: string, values: unknown[]) =>
    must((await call(text, values)).orders).map(({ number }) => number);
  expect(await numbers("list_orders($1)", [shopperId])).toEqual([newer.number, order.number]);
  expect(await numbers("list_orders($1, 1, $2)", [shopperId, newer.number])).toEqual([order.number]);
  expect(await numbers("list_orders($1)", [newShopper()])).toEqual([]);
  const search = (filter: object) => numbers("search_orders($1, 200)", [filter]);
  expect(await search({ number: order.number })).toEqual([order.number]);
  expect(await search({ number: order.number, status: "refunded" })).toEqual([]);
  expect(await search({ email: "ADA@example.test", number: order.number })).toEqual([order.number]);
  expect(await search({ worklist: "to_ship" })).toEqual(expect.arrayContaining([newer.number, order.number]));
  await ship();
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 1)]);
  expect(await search({ worklist: "to_ship" })).not.toContain(order.number);
  expect(await search({ worklist: "refund_undone" })).toContain(order.number);
  expect(await search({ worklist: "restock_undecided" })).toContain(order.number);
  await decide(refundId, true);
  expect(await search({ worklist: "restock_undecided" })).not.toContain(order.number);
  for (const filter of [{ colour: "red" }, { status: "gone" }, { worklist: "all" }, { number: "x" }, []]) {
    expect(await sqlStateOf(search(filter)), JSON.stringify(filter)).toBe("HF001");
  }
});

test("an order is its shopper's: nobody else gets it, whoever says no name operates the shop", async () => {
  expect((await call("get_order($1, $2)", [order.orderId, shopperId])).outcome).toBe("found");
  expect((await call("get_order($1, $2)", [order.orderId, newShopper()])).outcome).toBe("not_found");
  expect((await call("get_order($1)", [order.orderId])).outcome).toBe("found");
  expect((await call("get_order($1)", [randomUUID()])).outcome).toBe("not_found");
});

test("signing in takes the guest's orders and payments along; an open payment waits for its end", async () => {
  const user = newShopper();
  await hold(db.sql, shopperId, variantId);
  const payment = await pinCart(db.sql, shopperId);
  expect((await transfer(db.sql, shopperId, user)).outcome).toBe("payment_open");
  await settle(db.sql, payment.paymentId, expired, "expire");
  expect((await transfer(db.sql, shopperId, user)).outcome).toBe("transferred");
  expect((await call("get_order($1, $2)", [order.orderId, user])).outcome).toBe("found");
  // The late success of the guest's payment is the user's sale.
  expect((await settle(db.sql, payment.paymentId, paid(payment))).outcome).toBe("sold");
  expect(
    await db.sql`select distinct shopper_id from payments where order_id in ${db.sql([order.orderId, payment.orderId])}`,
  ).toEqual([{ shopper_id: user }]);
  expect(
    await db.sql`select distinct shopper_id from reservations where status = 'confirmed' and variant_id = ${variantId}`,
  ).toEqual([{ shopper_id: user }]);
});

test("a dispute is heard once, and somebody is alerted", async () => {
  const [payment] =
    await db.sql`select id, payment_intent_id as intent from payments where order_id = ${order.orderId}`;
  const { intent, id } = must(payment);
  const event = randomUUID();
  const dispute = () => call("record_dispute($1, $2, '{\"amountCents\": 3490}')", [intent, event]);
  expect((await dispute()).outcome).toBe("recorded");
  expect((await dispute()).outcome).toBe("duplicate_event");
  expect((await call("record_dispute($1, $2)", ["pi_unknown", randomUUID()])).outcome).toBe("not_found");
  expect(await db.sql`select kind, details from alerts where subject = ${id}`).toEqual([
    { kind: "dispute", details: { amountCents: 3490, orderId: order.orderId } },
  ]);
});

test("an event without an effect is noted once", async () => {
  const event = randomUUID();
  expect((await call("note_event($1, 'customer.created')", [event])).outcome).toBe("noted");
  expect((await call("note_event($1, 'customer.created')", [event])).outcome).toBe("duplicate_event");
});
