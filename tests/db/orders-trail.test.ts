import { randomUUID } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import { buy, details, expired, orderOf, paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import {
  asSuperuser,
  cartOf,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Invariant 10 for orders, and what is left of somebody who is erased.

const db = useTestDatabase();

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

async function bought() {
  const shopperId = newShopper();
  const variantId = await createVariant(db.sql, 5);
  await hold(db.sql, shopperId, variantId, 2);
  return { shopperId, variantId, order: await buy(db.sql, shopperId) };
}

const trailOf = (orderId: string) =>
  db.sql`select actor, cause, entity, before ->> 'status' as was, after ->> 'status' as is
    from order_trail where order_id = ${orderId} order by id`;

test("every change of an order, its payment and its refunds is told: who, why, before and after", async () => {
  const { order } = await bought();
  const lineId = must(order.lines[0]).orderLineId;
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineId, 2)], {
    includesShipping: true,
  });
  await db.sql`select decide_restock(${must(refundId)}, ${lineId}, false)`;
  await recordRefund(db.sql, refundId, "succeeded");
  const [shopper, system, admin] = [
    { actor: "shopper", cause: "checkout" },
    { actor: "system" },
    { actor: "admin" },
  ];
  const settling = { ...system, cause: "settle" };
  expect(await trailOf(order.orderId)).toEqual([
    { ...shopper, entity: "order", was: null, is: "pending" },
    { ...shopper, entity: "payment", was: null, is: "open" },
    { ...settling, entity: "payment", was: "open", is: "succeeded" },
    { ...settling, entity: "order", was: "pending", is: "paid" },
    { ...admin, cause: "refund", entity: "refund", was: null, is: "requested" },
    { ...admin, cause: "refund", entity: "refund_line", was: null, is: null },
    { ...admin, cause: "restock", entity: "refund_line", was: null, is: null },
    { ...system, cause: "refund", entity: "order", was: "paid", is: "refunded" },
    { ...system, cause: "refund", entity: "refund", was: "requested", is: "succeeded" },
  ]);
  const [log] = await db.sql`select count(*)::int as count from audit_log where entity_id in
    (${order.orderId}, ${order.paymentId}, ${must(refundId)}, ${lineId})`;
  expect(log?.count).toBe(9);
});

test("what somebody types is told, under the role that typed it", async () => {
  const { order } = await bought();
  await db.sql`update orders set disputed_at = now() where id = ${order.orderId}`;
  const [last] =
    await db.sql`select actor, cause, before, after from order_trail where order_id = ${order.orderId}
    order by id desc limit 1`;
  expect(last).toMatchObject({ actor: "postgres", cause: "sql", before: { disputed_at: null } });
  expect(Object.keys(must(last).after)).toEqual(["disputed_at"]);
});

test("the trail knows nobody's e-mail or address, nor what is no news", async () => {
  const { order } = await bought();
  const [row] =
    await db.sql`select string_agg(t::text, ' ') as all from order_trail t where order_id = ${order.orderId}`;
  for (const secret of [details.email, details.line1, details.city, "shop.example.test"])
    expect(must(row).all).not.toContain(secret);
  await db.sql`select claim_settlements(10), claim_refunds(10)`;
  expect(await trailOf(order.orderId)).toHaveLength(4);
});

test("the trail is only ever added to, and pruned by its owner once its totals are kept", async () => {
  const { order } = await bought();
  expect(await sqlStateOf(db.sql`update order_trail set actor = 'x'`)).toBe("HF008");
  expect(await sqlStateOf(db.sql`delete from order_trail`)).toBe("HF008");
  expect(await sqlStateOf(db.sql`truncate order_trail`)).toBe("HF008");
  await asSuperuser(
    db,
    (tx) => tx`update order_trail set at = at - interval '400 days' where order_id = ${order.orderId}`,
  );
  const [pruned] = await db.sql`select private.prune_trail() -> 'pruned' as count`;
  expect(pruned?.count).toBe(4);
  expect(await trailOf(order.orderId)).toEqual([]);
  const totals =
    await db.sql`select entity, actor, cause, changes::int from order_trail_totals order by entity, actor`;
  expect(totals).toEqual([
    { entity: "order", actor: "shopper", cause: "checkout", changes: 1 },
    { entity: "order", actor: "system", cause: "settle", changes: 1 },
    { entity: "payment", actor: "shopper", cause: "checkout", changes: 1 },
    { entity: "payment", actor: "system", cause: "settle", changes: 1 },
  ]);
  expect(await sqlStateOf(db.sql`delete from order_trail_totals`)).toBe("HF008");
});

async function eraseUser(userId: string) {
  const sessionId = randomUUID();
  await asSuperuser(db, async (tx) => {
    await tx`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.test`})`;
    await tx`insert into auth.sessions (id, user_id, created_at) values (${sessionId}, ${userId}, now())`;
  });
  const [row] = await db.sql`select erase_account(${userId}, ${sessionId}) ->> 'outcome' as outcome`;
  return must(row).outcome as string;
}
const eraseDue = async () =>
  must((await db.sql`select erase_due_orders() -> 'erased' as count`)[0]).count as number;
const personOf = async (orderId: string) =>
  (
    await db.sql`select email, ship_name, ship_line1, ship_city, tracking, erased_at is not null as is_erased
    from orders where id = ${orderId}`
  )[0];
const nobody = {
  email: null,
  ship_name: null,
  ship_line1: null,
  ship_city: null,
  tracking: null,
  is_erased: true,
};

test("money that comes late for an erased account goes back: there is nobody to send anything to", async () => {
  const { shopperId, order, variantId } = await bought();
  await db.sql`select mark_shipped(${order.orderId}, 'T1')`;
  await hold(db.sql, shopperId, variantId);
  const ended = await pinCart(db.sql, shopperId);
  await settle(db.sql, ended.paymentId, expired, "expire");
  expect(await eraseUser(shopperId)).toBe("erased");
  expect(await settle(db.sql, ended.paymentId, paid(ended))).toMatchObject({
    outcome: "refund_due",
    order: { status: "refunded_out_of_stock", refunds: [{ amountCents: ended.amountCents }] },
  });
});

test("erasing an account clears who its orders were for, and keeps what was bought", async () => {
  const { shopperId, order, variantId } = await bought();
  await db.sql`select mark_shipped(${order.orderId}, 'T1')`;
  await hold(db.sql, shopperId, variantId);
  const ended = await pinCart(db.sql, shopperId);
  expect(await eraseUser(shopperId)).toBe("payment_open");
  await settle(db.sql, ended.paymentId, expired, "expire");
  await db.sql`delete from auth.users where id = ${shopperId}`;
  expect(await eraseUser(shopperId)).toBe("erased");
  expect(await personOf(order.orderId)).toEqual(nobody);
  expect(await personOf(ended.orderId)).toEqual(nobody);
  expect(await orderOf(db.sql, order.orderId)).toMatchObject({
    status: "paid",
    totalCents: order.totalCents,
    email: null,
  });
  const [mails] = await db.sql`select claim_mails(1000) -> 'mails' as mails`;
  expect(
    (must(mails).mails as { order: { orderId: string } }[]).map((mail) => mail.order.orderId),
  ).not.toContain(order.orderId);
  expect(await sqlStateOf(db.sql`update orders set email = 'a@b.c' where id = ${order.orderId}`)).toBe(
    "HF014",
  );
});

test("what has to be sent yet keeps its address until it was sent, and its mail too", async () => {
  const { shopperId, order } = await bought();
  expect(await eraseUser(shopperId)).toBe("erased");
  expect(await eraseDue()).toBe(0);
  expect(await personOf(order.orderId)).toMatchObject({ email: details.email, is_erased: false });
  await db.sql`select mark_shipped(${order.orderId}, 'T1')`;
  expect(await eraseDue()).toBe(0);
  await db.sql`select record_mail(id) from outgoing_mails where order_id = ${order.orderId}`;
  expect(await eraseDue()).toBe(1);
  expect(await personOf(order.orderId)).toEqual(nobody);
  expect(await eraseDue()).toBe(0);
});

test("get_checkout says what start_checkout asks for, and which payment is open", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 5), 2);
  const read = async () => must((await db.sql`select get_checkout(${shopperId}) as answer`)[0]).answer;
  const cart = await cartOf(db.sql, shopperId);
  expect(await read()).toMatchObject({
    payment: null,
    quote: {
      cartVersion: cart.cartVersion,
      lines: cart.lines,
      subtotalCents: 2000,
      shippingCents: 490,
      totalCents: 2490,
      currency: "EUR",
    },
  });
  const payment = await pinCart(db.sql, shopperId);
  expect(await read()).toMatchObject({
    payment: { paymentId: payment.paymentId, status: "open" },
    quote: { lines: [] },
  });
});
