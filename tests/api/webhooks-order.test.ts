import { describe, expect, test } from "vitest";
import { newGuest } from "../support/api-client.ts";
import { createVariant } from "../support/shop.ts";
import { mailbox, stripeControls, stripeOfRun } from "../support/stand-ins.ts";
import { delivered, holdEvents, orderOf, payer, paymentOf, stock, useCalmStripe } from "./checkout-floor.ts";
import { useShopFloor } from "./shop-floor.ts";
import { deliver, eventOf, paidAs, sessionAs } from "./webhook-sender.ts";

// Events as they come: often, together, out of order, late, and about another sum than was asked for. Every payment that
// succeeds becomes one sale or one refund.

const sql = useShopFloor();
useCalmStripe(sql);

const completed = "checkout.session.completed";
const succeeded = "checkout.session.async_payment_succeeded";
const failed = "checkout.session.async_payment_failed";
const expired = "checkout.session.expired";
const unpaidAs = (intent = paidAs().payment_intent) => ({
  status: "complete",
  payment_status: "unpaid",
  payment_intent: intent,
});

const outcomeOf = async (type: string, sessionId: string, changes: object): Promise<unknown> => {
  const answer = await deliver(eventOf(type, await sessionAs(sessionId, changes)));
  expect(answer.status, answer.text).toBe(200);
  return (answer.body as { outcome?: unknown }).outcome;
};

const soldOnce = { onHand: 8, reserved: 0 };

test("the same event twenty times at once has its effect once", async () => {
  const { guest, email, orderId, sessionId, variantId } = await payer(sql);
  const body = eventOf(completed, await sessionAs(sessionId, paidAs()));
  const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(body)));
  const outcomes = answers.map((answer) => (answer.body as { outcome: string }).outcome);
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(outcomes.filter((outcome) => outcome === "sold")).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(["sold", "duplicate_event"]));
  expect(await stock(sql, variantId)).toEqual(soldOnce);
  const [row] =
    await sql`select count(*)::int as n from payment_events e join payments p on p.id = e.payment_id
    where p.order_id = ${orderId}`;
  expect(row?.n).toBe(1);
  await mailbox().wait({ to: email });
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
});

test.each(["refund.created", "charge.refunded"])(
  "%s that is heard of before its payment is not forgotten: nothing is sold for money that went back",
  async (type) => {
    await holdEvents();
    const { guest, orderId, sessionId } = await payer(sql);
    const { payment_intent } = await stripeControls().pay({ session: sessionId, outcome: "success" });
    const intent = String(payment_intent);
    await stripeOfRun().refunds.create({ payment_intent: intent });
    const [event] = (await stripeControls().events({ about: intent })).filter((e) => e.type === type);
    expect((await deliver(JSON.stringify(event))).status).toBe(200);
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "refunded", paymentStatus: "succeeded" });
    expect((await deliver(eventOf(completed, await sessionAs(sessionId, {})))).status).toBe(200);
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "refunded" });
  },
);

test("a refund beyond what the books have room for is acknowledged, and in them once another has failed", async () => {
  const { guest, orderId, sessionId } = await payer(sql);
  const { payment_intent } = await stripeControls().pay({ session: sessionId, outcome: "success" });
  await delivered();
  const { totalCents } = await orderOf(guest, orderId);
  await holdEvents();
  const refund = () => stripeOfRun().refunds.create({ payment_intent: String(payment_intent) });
  const told = async (type: string, refundId: string) => {
    const events = await stripeControls().events({ type, about: refundId });
    const answer = await deliver(JSON.stringify(events.at(-1)));
    expect(answer.status, answer.text).toBe(200);
    return (answer.body as { outcome: string }).outcome;
  };
  const first = await refund();
  expect(await told("refund.created", first.id)).toBe("recorded");
  await stripeControls().settleRefund({ refund: first.id, status: "failed" });
  const second = await refund();
  expect(await told("refund.created", second.id)).toBe("exceeds");
  expect(await orderOf(guest, orderId)).toMatchObject({ refunds: [{}], refundedCents: totalCents });
  expect(await told("refund.failed", first.id)).toBe("recorded");
  const { refunds, refundedCents } = await orderOf(guest, orderId);
  expect(refunds.map(({ status }) => status)).toEqual(["failed", "succeeded"]);
  expect(refundedCents).toBe(totalCents);
});

test("a dispute that is heard of before its payment is not forgotten", async () => {
  await holdEvents();
  const { orderId, sessionId } = await payer(sql);
  const { payment_intent } = await stripeControls().pay({ session: sessionId, outcome: "success" });
  await stripeControls().dispute({ paymentIntent: String(payment_intent) });
  const [event] = await stripeControls().events({
    type: "charge.dispute.created",
    about: String(payment_intent),
  });
  expect((await deliver(JSON.stringify(event))).status).toBe(200);
  const [row] =
    await sql`select status, disputed_at is not null as is_disputed from orders where id = ${orderId}`;
  expect(row).toEqual({ status: "paid", is_disputed: true });
});

test("twenty different events of one payment, at once, sell once", async () => {
  const { sessionId, variantId, email } = await payer(sql);
  const session = await sessionAs(sessionId, paidAs());
  const types = [completed, succeeded];
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => deliver(eventOf(types[index % 2] ?? completed, session))),
  );
  const outcomes = answers.map((answer) => (answer.body as { outcome: string }).outcome);
  expect(outcomes.toSorted()).toEqual([...Array(19).fill("already"), "sold"]);
  expect(await stock(sql, variantId)).toEqual(soldOnce);
  await mailbox().wait({ to: email });
  expect(await mailbox().list({ to: email })).toHaveLength(1);
});

test("a failure and an end that arrive after the success change nothing", async () => {
  const { guest, orderId, sessionId, variantId } = await payer(sql);
  const paid = paidAs();
  expect(await outcomeOf(completed, sessionId, paid)).toBe("sold");
  expect(await outcomeOf(failed, sessionId, unpaidAs(paid.payment_intent))).toBe("already");
  expect(await outcomeOf(expired, sessionId, { status: "expired" })).toBe("already");
  expect(await outcomeOf(completed, sessionId, unpaidAs(paid.payment_intent))).toBe("already");
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
  expect(await stock(sql, variantId)).toEqual(soldOnce);
});

describe("completed but unpaid, by a method that takes its time,", () => {
  test("keeps the units pinned, sells when the bank says yes", async () => {
    const { guest, orderId, sessionId, variantId } = await payer(sql);
    const unpaid = unpaidAs();
    expect(await outcomeOf(completed, sessionId, unpaid)).toBe("processing");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "pending", paymentStatus: "processing" });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    const answer = await guest.send("DELETE", "/api/checkout");
    expect(answer.status, "only the bank ends it").toBe(409);
    expect(await outcomeOf(succeeded, sessionId, { ...unpaid, payment_status: "paid" })).toBe("sold");
    expect(await outcomeOf(completed, sessionId, unpaid), "late, and old").toBe("already");
    expect(await stock(sql, variantId)).toEqual(soldOnce);
  });

  test("gives the units back to the cart when the bank says no, and says so", async () => {
    const { guest, email, orderId, sessionId, variantId } = await payer(sql);
    const unpaid = unpaidAs();
    expect(await outcomeOf(completed, sessionId, unpaid)).toBe("processing");
    expect(await outcomeOf(failed, sessionId, unpaid)).toBe("ended");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "failed" });
    expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
    expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
    const [mail] = await mailbox().wait({ to: email });
    expect(mail?.subject).toMatch(/did not go through/);
  });

  test("may be told in the other order", async () => {
    const unpaid = unpaidAs();
    const { guest, orderId, sessionId, variantId } = await payer(sql);
    expect(await outcomeOf(succeeded, sessionId, { ...unpaid, payment_status: "paid" })).toBe("sold");
    expect(await outcomeOf(completed, sessionId, unpaid)).toBe("already");
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, variantId)).toEqual(soldOnce);
  });
});

/** Ends a payment here while Stripe can still be paid: what a crash or a slow event can come to. */
async function endHere(paymentId: string): Promise<void> {
  await sql`select settle_payment(id, jsonb_build_object(
      'sessionId', session_id, 'status', 'expired', 'paymentStatus', 'unpaid'), 'expire')
    from payments where id = ${paymentId}`;
}

describe("money that comes after the end", () => {
  test("still buys the units, where they are free", async () => {
    await holdEvents();
    const { guest, orderId, paymentId, sessionId, variantId } = await payer(sql);
    await endHere(paymentId);
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "expired" });
    await stripeControls().pay({ session: sessionId, outcome: "success" });
    await stripeControls().deliveries({ held: false });
    await stripeControls().release({});
    await delivered();
    expect(await orderOf(guest, orderId)).toMatchObject({ status: "paid" });
    expect(await stock(sql, variantId)).toEqual(soldOnce);
  });

  test("is paid back, once, where they are gone, and the shopper is told", async () => {
    await holdEvents();
    const variantId = await createVariant(sql, 2);
    const { guest, email, orderId, paymentId, sessionId } = await payer(sql, { variantId });
    await endHere(paymentId);
    await newGuest().hold(variantId, 2);
    await stripeControls().pay({ session: sessionId, outcome: "success" });
    await stripeControls().deliveries({ held: false });
    await stripeControls().release({ copies: 3 });
    await delivered();
    await expect
      .poll(async () => (await orderOf(guest, orderId)).refundedCents, { timeout: 10_000 })
      .toBeGreaterThan(0);
    await delivered();
    const order = await orderOf(guest, orderId);
    expect(order).toMatchObject({ status: "refunded_out_of_stock", refundedCents: order.totalCents });
    expect(order.refunds).toMatchObject([{ reason: "out_of_stock", status: "succeeded" }]);
    const { intent } = await paymentOf(sql, orderId);
    const refunds = await stripeControls().events({ type: "refund.created", about: intent ?? "" });
    expect(refunds).toHaveLength(1);
    expect(await stock(sql, variantId)).toEqual({ onHand: 2, reserved: 2 });
    const mails = await mailbox().wait({ to: email });
    expect(mails.map(({ subject }) => subject)).toEqual([expect.stringContaining("cannot send your order")]);
  });
});

describe("another sum than was asked for", () => {
  test.each([
    ["a cent less", (amount: number) => ({ amount: amount - 1 })],
    ["a cent more", (amount: number) => ({ amount: amount + 1 })],
    ["another currency", (amount: number) => ({ amount, currency: "usd" })],
  ])("%s sells nothing: what came is paid back, and somebody is told", async (_, receive) => {
    const { guest, orderId, paymentId, sessionId, variantId } = await payer(sql);
    const { totalCents } = await orderOf(guest, orderId);
    const received = receive(totalCents);
    await stripeControls().pay({ session: sessionId, outcome: "success", received });
    await delivered();
    await expect
      .poll(async () => (await orderOf(guest, orderId)).refunds[0]?.status, { timeout: 10_000 })
      .toBe("succeeded");
    const order = await orderOf(guest, orderId);
    expect(order).toMatchObject({ status: "refunded", paymentStatus: "succeeded" });
    expect(order.refunds).toMatchObject([{ amountCents: received.amount, reason: "wrong_amount" }]);
    expect((await stock(sql, variantId)).onHand).toBe(10);
    const alerts = await sql`select kind from alerts where subject = ${paymentId}`;
    expect(alerts).toMatchObject([{ kind: "wrong_amount" }]);
  });
});

test("Stripe's own end of a session gives the units back to everybody, or to the cart while there is time", async () => {
  const { guest, orderId, sessionId, variantId } = await payer(sql);
  await stripeControls().letExpire({ session: sessionId });
  await delivered();
  expect(await orderOf(guest, orderId)).toMatchObject({ status: "cancelled", paymentStatus: "expired" });
  expect(await guest.cart()).toMatchObject({ totalQuantity: 2 });
  expect(await stock(sql, variantId)).toEqual({ onHand: 10, reserved: 2 });
});
