import { describe, expect, test } from "vitest";
import { OrderAnswerSchema, OrderListSchema, ReconciliationSchema } from "@/contracts/orders";
import { bodyOf, type Guest, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import { mailbox, stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import { delivered, holdEvents, orderOf, payer, paymentOf, stock, useCalmStripe } from "./checkout-floor.ts";
import { newMember } from "./member.ts";
import { unknownId, useShopFloor } from "./shop-floor.ts";
import { bearer, signedIn } from "./wishes.ts";

// Money that goes back: asked for by an admin, made by Stripe once, and told to the shopper.

const sql = useShopFloor();
useCalmStripe(sql);
const controls = () => stripeControls();
const admins = async () => signedIn(await newMember(sql, { isAdmin: true }));
const act = (admin: Guest, orderId: string, what: string, json: object, key?: string) =>
  admin.send("POST", `/api/admin/orders/${orderId}/${what}`, {
    json,
    ...(key && { headers: { "idempotency-key": key } }),
  });

/** An order of two units that is paid, and an admin. */
async function sold() {
  const one = await payer(sql);
  await controls().pay({ session: one.sessionId, outcome: "success" });
  await delivered();
  const order = await orderOf(one.guest, one.orderId);
  const [line] = order.lines;
  const { intent } = await paymentOf(sql, one.orderId);
  return { ...one, order, lineId: line?.orderLineId ?? "", intent: intent ?? "", admin: await admins() };
}

const refundsAtStripe = async (intent: string) =>
  (await stripeOfRun().refunds.list({ payment_intent: intent, limit: 100 })).data;

/** Waits until Stripe has said its word about every refund of the order. */
async function refunded(guest: Guest, orderId: string) {
  const undone = async () =>
    (await orderOf(guest, orderId)).refunds.filter(({ status }) => status !== "succeeded").length;
  await expect.poll(undone, { timeout: 10_000 }).toBe(0);
  await delivered();
  return orderOf(guest, orderId);
}

describe("a refund", () => {
  test("of one unit goes back to the cent, once, and the shopper is told", async () => {
    const { admin, guest, email, orderId, lineId, order, intent } = await sold();
    const json = { lines: [{ orderLineId: lineId, quantity: 1, restock: "kept_out" }] };
    bodyOf(await act(admin, orderId, "refund", json), 200, OrderAnswerSchema);
    const after = await refunded(guest, orderId);
    const price = order.lines[0]?.unitPriceCents;
    expect(after).toMatchObject({ status: "paid", refundedCents: price });
    expect(await refundsAtStripe(intent)).toMatchObject([{ amount: price }]);
    await mailbox().wait({ to: email, subject: "back" });
  });

  test("sent ten times with one key is one refund", async () => {
    const { admin, guest, orderId, lineId, intent } = await sold();
    const json = { lines: [{ orderLineId: lineId, quantity: 1 }] };
    const key = unknownId();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => act(admin, orderId, "refund", json, key)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await refunded(guest, orderId);
    expect(await refundsAtStripe(intent)).toHaveLength(1);
    const other = { lines: [{ orderLineId: lineId, quantity: 2 }] };
    problemOf(await act(admin, orderId, "refund", other, key), "idempotency_mismatch");
  });

  test("asked for ten times at once goes back as often as there is money, and no further", async () => {
    const { admin, guest, orderId, order, intent } = await sold();
    const json = { lines: [], amountCents: Math.floor(order.totalCents / 3) };
    const answers = await Promise.all(Array.from({ length: 10 }, () => act(admin, orderId, "refund", json)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
    for (const answer of answers.filter(({ status }) => status !== 200)) problemOf(answer, "refund_exceeds");
    await refunded(guest, orderId);
    const made = await refundsAtStripe(intent);
    expect(made).toHaveLength(3);
    expect(made.reduce((sum, { amount }) => sum + amount, 0)).toBeLessThanOrEqual(order.totalCents);
  });

  test("stays on the worklist while Stripe is down, and is made by the sweep, once", async () => {
    const { admin, guest, orderId, lineId, intent } = await sold();
    await controls().fault({ status: 500, match: "POST /v1/refunds", times: null });
    await act(admin, orderId, "refund", { lines: [{ orderLineId: lineId, quantity: 1 }] });
    const calls = () => controls().calls({ path: "/v1/refunds", method: "POST" });
    await expect.poll(async () => (await calls()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await controls().noFaults();
    const path = "/api/admin/orders?worklist=refund_undone";
    const list = bodyOf(await admin.get(path), 200, OrderListSchema);
    expect(list.orders.map((one) => one.orderId)).toContain(orderId);
    // As if the minute of the claim were over.
    await sql`update refunds set claimed_until = null where order_id = ${orderId}`;
    const headers = bearer(storeKeys().cronSecret);
    await newGuest().send("GET", "/api/cron/cleanup-reservations", { headers });
    await refunded(guest, orderId);
    expect(await refundsAtStripe(intent)).toHaveLength(1);
  });

  test("whose answer was lost is found at Stripe, and not made again", async () => {
    const { admin, guest, orderId, lineId, intent } = await sold();
    await holdEvents();
    await controls().fault({ how: "drop", when: "after", match: "POST /v1/refunds", times: 2 });
    await act(admin, orderId, "refund", { lines: [{ orderLineId: lineId, quantity: 1 }] });
    await expect.poll(async () => (await refundsAtStripe(intent)).length, { timeout: 10_000 }).toBe(1);
    await sql`update refunds set claimed_until = null where order_id = ${orderId}`;
    const headers = bearer(storeKeys().cronSecret);
    await newGuest().send("GET", "/api/cron/cleanup-reservations", { headers });
    await expect
      .poll(async () => (await orderOf(guest, orderId)).refunds[0]?.status, { timeout: 10_000 })
      .toBe("succeeded");
    expect(await refundsAtStripe(intent)).toHaveLength(1);
  });

  test("that fails after a while is on the worklist again, and is made by another attempt", async () => {
    const { admin, guest, orderId, lineId, intent } = await sold();
    await controls().nextRefunds({ statuses: ["pending"] });
    await act(admin, orderId, "refund", { lines: [{ orderLineId: lineId, quantity: 1 }] });
    await expect.poll(async () => (await refundsAtStripe(intent)).length, { timeout: 10_000 }).toBe(1);
    const [made] = await refundsAtStripe(intent);
    await delivered();
    await controls().settleRefund({ refund: made?.id ?? "", status: "failed" });
    await delivered();
    const failed = await orderOf(guest, orderId);
    expect(failed.refunds).toMatchObject([{ status: "failed" }]);
    expect(failed.refundedCents).toBe(0);
    const refundId = failed.refunds[0]?.refundId;
    bodyOf(await act(admin, orderId, "retry-refund", { refundId }), 200, OrderAnswerSchema);
    await refunded(guest, orderId);
    expect((await refundsAtStripe(intent)).map(({ status }) => status).toSorted()).toEqual([
      "failed",
      "succeeded",
    ]);
    problemOf(await act(admin, orderId, "retry-refund", { refundId }), "refund_not_failed");
  });

  test("made in Stripe's dashboard is in our books as well, once", async () => {
    const { guest, orderId, intent } = await sold();
    await controls().deliveries({ copies: 3 });
    await stripeOfRun().refunds.create({ payment_intent: intent, amount: 100 });
    await delivered();
    await controls().deliveries({ copies: 1 });
    const order = await refunded(guest, orderId);
    expect(order).toMatchObject({ refundedCents: 100, refunds: [{ reason: "outside", amountCents: 100 }] });
  });
});

describe("cancelling", () => {
  test("a paid order pays all of it back and puts the units on the shelf, once", async () => {
    const { admin, guest, orderId, order, variantId } = await sold();
    const json = { restock: "restocked" };
    const answers = await Promise.all(Array.from({ length: 5 }, () => act(admin, orderId, "cancel", json)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(await refunded(guest, orderId)).toMatchObject({
      status: "refunded",
      refundedCents: order.totalCents,
    });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 0 });
  });

  test("an order that is being paid ends the payment, and its units are in the cart again", async () => {
    const { guest, orderId, sessionId } = await payer(sql);
    bodyOf(await act(await admins(), orderId, "cancel", {}), 200, OrderAnswerSchema);
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled" });
    await expect(controls().pay({ session: sessionId, outcome: "success" })).rejects.toThrow("expired");
    expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
  });

  test("an order that was paid a moment ago says so", async () => {
    await holdEvents();
    const { orderId, sessionId } = await payer(sql);
    await controls().pay({ session: sessionId, outcome: "success" });
    problemOf(await act(await admins(), orderId, "cancel", {}), "payment_open");
  });
});

test("an order is sent off once, its shopper is told, and it leaves the list", async () => {
  const { admin, email, orderId } = await sold();
  const listed = async () =>
    bodyOf(await admin.get(`/api/admin/orders?worklist=to_ship&email=${email}`), 200, OrderListSchema).orders
      .length;
  expect(await listed()).toBe(1);
  for (let times = 0; times < 2; times++) {
    bodyOf(await act(admin, orderId, "ship", { tracking: "AN 4711" }), 200, OrderAnswerSchema);
  }
  expect(await listed()).toBe(0);
  const [mail] = await mailbox().wait({ to: email, subject: "on its way" });
  expect(mail?.text).toContain("AN 4711");
});

test("whether a unit goes back on the shelf is decided once", async () => {
  const { admin, orderId, lineId, variantId } = await sold();
  const json = { lines: [{ orderLineId: lineId, quantity: 1 }] };
  const { order } = bodyOf(await act(admin, orderId, "refund", json), 200, OrderAnswerSchema);
  const decision = { refundId: order.refunds[0]?.refundId, orderLineId: lineId };
  for (let times = 0; times < 2; times++) {
    bodyOf(await act(admin, orderId, "restock", { ...decision, restock: true }), 200, OrderAnswerSchema);
    expect(await stock(sql, variantId)).toEqual({ onHand: 9, reserved: 0 });
  }
  problemOf(await act(admin, orderId, "restock", { ...decision, restock: false }), "restock_decided");
});

test("of money that went back in the dashboard an admin says which units came with it, once", async () => {
  const { admin, guest, orderId, lineId, variantId, intent } = await sold();
  await stripeOfRun().refunds.create({ payment_intent: intent });
  await delivered();
  const order = await refunded(guest, orderId);
  expect(order).toMatchObject({ status: "refunded", refunds: [{ reason: "outside", lines: [] }] });
  const decision = { refundId: order.refunds[0]?.refundId, orderLineId: lineId, restock: true };
  problemOf(await act(admin, orderId, "restock", decision), "refund_not_found");
  problemOf(await act(admin, orderId, "restock", { ...decision, quantity: 3 }), "refund_exceeds");
  for (let times = 0; times < 2; times++) {
    bodyOf(await act(admin, orderId, "restock", { ...decision, quantity: 2 }), 200, OrderAnswerSchema);
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 0 });
  }
  problemOf(await act(admin, orderId, "restock", { ...decision, quantity: 1 }), "restock_decided");
});

test("a dispute is an alert, once", async () => {
  const { intent, paymentId, orderId } = await sold();
  await controls().deliveries({ copies: 3 });
  await controls().dispute({ paymentIntent: intent });
  await delivered();
  await controls().deliveries({ copies: 1 });
  const alerts = await sql`select kind from alerts where kind = 'dispute'
    and (subject in (${paymentId}, ${orderId}) or details::text like ${`%${orderId}%`})`;
  expect(alerts).toHaveLength(1);
});

test("e-mails wait for a mail server that is too busy, and come once", async () => {
  const { email, orderId, sessionId } = await payer(sql);
  // Other tests' mails use the same server.
  await mailbox().refuse(1, email);
  await controls().pay({ session: sessionId, outcome: "success" });
  await delivered();
  const unsent = async () => {
    const [row] = await sql`select last_error as error from outgoing_mails where order_id = ${orderId}`;
    return row;
  };
  // Once it was tried in vain, and not while somebody is at it.
  await expect.poll(async () => (await unsent())?.error, { timeout: 10_000 }).toEqual(expect.any(String));
  await sql`update outgoing_mails set claimed_until = null where order_id = ${orderId} and sent_at is null`;
  const headers = bearer(storeKeys().cronSecret);
  await newGuest().send("GET", "/api/cron/cleanup-reservations", { headers });
  await mailbox().wait({ to: email });
  expect(await mailbox().list({ to: email })).toHaveLength(1);
});

test("the comparison with Stripe finds what was paid there and not here, and nothing of what is well", async () => {
  await holdEvents();
  const lost = await payer(sql);
  await controls().pay({ session: lost.sessionId, outcome: "success" });
  const well = await payer(sql);
  const headers = bearer(storeKeys().cronSecret);
  const found: string[] = [];
  let after = "";
  do {
    const answer = await newGuest().send("GET", `/api/cron/reconcile${after}`, { headers });
    const part = bodyOf(answer, 200, ReconciliationSchema);
    found.push(...part.findings.map(({ kind, orderId }) => `${kind} ${orderId}`));
    after = part.next === null ? "" : `?after=${part.next}`;
  } while (after !== "");
  expect(found).toContain(`paid_without_stock ${lost.orderId}`);
  expect(found.filter((one) => one.includes(well.orderId))).toEqual([]);
});
