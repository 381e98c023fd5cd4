import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { expired, orderOf, type Payment, paid, patiently, pinCart, settle } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  askRefund,
  claimRefunds,
  recordOutside,
  recordRefund,
  retryRefund,
  undone,
} from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper, stockOf } from "../support/shop.ts";
import { begin, commit, findDrift, sqlStateOf, startBlocked } from "./sessions.ts";

// An order that is paid twice: the first payment is its sale or its refund, the second goes back, in full and once.

const db = useTestDatabase();
let payment: Payment;
let variantId = "";
let second = "";

beforeEach(async () => {
  // What other tests left undone is nobody's here.
  await db.sql`update refunds set claimed_until = 'infinity'`;
  variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
  await db.sql`select record_session(${payment.paymentId}, ${`cs_${payment.paymentId}`}, 'https://pay.example.test')`;
  second = `pi_second_${randomUUID()}`;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const pay = () => settle(db.sql, payment.paymentId, paid(payment));
/** By another session that we made for the same payment. */
const payAgain = (sql = db.sql) =>
  settle(sql, payment.paymentId, paid(payment, { sessionId: `cs_${second}`, paymentIntentId: second }));
const refundsOf = async () => (await orderOf(db.sql, payment.orderId)).refunds;
const owed = async () => must((await refundsOf()).find(({ reason }) => reason === "second_payment"));
const openAlerts = async () =>
  (
    await db.sql`select kind from alerts where closed_at is null and details ->> 'orderId' = ${payment.orderId}`
  ).map(({ kind }) => kind);
/** The order whose money the books say it is. */
const orderOfMoney = async (intent: string) =>
  (await db.sql`select find_money(${intent}) ->> 'orderId' as id`)[0]?.id;
const mails = async () =>
  (await db.sql`select kind from outgoing_mails where order_id = ${payment.orderId} order by created_at`).map(
    ({ kind }) => kind,
  );

test("the second one goes back in full, beside what the first received, and is over when Stripe says so", async () => {
  await pay();
  expect((await payAgain()).outcome).toBe("another_session");
  const { refundId } = await owed();
  expect(await orderOfMoney(second)).toBe(payment.orderId);
  expect(await claimRefunds(db.sql)).toMatchObject([
    { refundId, paymentIntentId: second, amountCents: payment.amountCents, currency: "EUR", attempt: 1 },
  ]);
  expect(await openAlerts()).toEqual(["second_payment"]);
  expect(await undone(db.sql)).toContain(payment.orderNumber);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await openAlerts()).toEqual([]);
  expect(await mails()).toEqual(["confirmation", "refunded"]);
  expect(await orderOf(db.sql, payment.orderId)).toMatchObject({ status: "paid", refundedCents: 0 });
  // All of the first may still be paid back, and no more.
  const all = { amountCents: payment.amountCents };
  expect((await askRefund(db.sql, payment.orderId, [], all)).outcome).toBe("requested");
  expect((await askRefund(db.sql, payment.orderId, [], { amountCents: 1 })).outcome).toBe("exceeds");
});

test("the same session, paid by another intent, is a second payment too", async () => {
  await pay();
  await settle(db.sql, payment.paymentId, paid(payment, { paymentIntentId: second }));
  expect(await owed()).toMatchObject({ amountCents: payment.amountCents, status: "requested" });
});

test("money that nobody settled is nobody's, also while the bank works on it", async () => {
  expect(await orderOfMoney(second)).toBeNull();
  const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: second } as const;
  await settle(db.sql, payment.paymentId, session);
  expect(await orderOfMoney(second)).toBeNull();
  await settle(db.sql, payment.paymentId, paid(payment, { paymentIntentId: second }));
  expect(await orderOfMoney(second)).toBe(payment.orderId);
  expect(await sqlStateOf(orderOfMoney(""))).toBe("HF001");
});

test("told twenty times at once it goes back once", async () => {
  await pay();
  await Promise.all(db.connect(20).map((sql) => patiently(() => payAgain(sql))));
  expect(await refundsOf()).toHaveLength(1);
});

test("before the first: it goes back, and the first is sold when it comes", async () => {
  await payAgain();
  expect(await orderOf(db.sql, payment.orderId)).toMatchObject({ status: "pending" });
  expect((await pay()).outcome).toBe("sold");
  expect(await refundsOf()).toMatchObject([{ reason: "second_payment" }]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("of an order that was gone: both go back", async () => {
  await settle(db.sql, payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), variantId, 5);
  expect((await pay()).outcome).toBe("refund_due");
  await payAgain();
  expect((await refundsOf()).map(({ reason }) => reason).sort()).toEqual(["out_of_stock", "second_payment"]);
});

test("that Stripe refuses stays to be seen to, whatever became of the first, and can be tried again", async () => {
  await pay();
  const { refundId: all } = await askRefund(db.sql, payment.orderId, [], {
    amountCents: payment.amountCents,
  });
  await recordRefund(db.sql, all, "succeeded");
  await payAgain();
  const { refundId } = await owed();
  await recordRefund(db.sql, refundId, "failed", { error: "charge_disputed" });
  expect((await openAlerts()).sort()).toEqual(["refund_failed", "second_payment"]);
  expect(await undone(db.sql)).toContain(payment.orderNumber);
  expect((await retryRefund(db.sql, refundId)).outcome).toBe("requested");
  await recordRefund(db.sql, refundId, "succeeded", { id: "re_at_last" });
  expect(await openAlerts()).toEqual([]);
  expect(await undone(db.sql)).not.toContain(payment.orderNumber);
});

test("that somebody gave back in the dashboard before us is the refund that we owed", async () => {
  await pay();
  await payAgain();
  const re = `re_${randomUUID()}`;
  expect((await recordOutside(db.sql, second, re, payment.amountCents)).outcome).toBe("recorded");
  const [refund] = await refundsOf();
  expect(refund).toMatchObject({ reason: "second_payment", status: "succeeded" });
  // It is not the units' money: none came back with it.
  const [line] = (await orderOf(db.sql, payment.orderId)).lines;
  const [row] = await db.sql`
    select decide_restock(${must(refund).refundId}, ${must(line).orderLineId}, true, 1) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("not_found");
  expect(await claimRefunds(db.sql)).toEqual([]);
  expect(await openAlerts()).toEqual([]);
});

describe("parts of it in the dashboard", () => {
  const rest = () => payment.amountCents - 100;
  /** `refundedCents`: what Stripe says that went back of it so far. */
  const part = async (id: string, amountCents: number, but: Record<string, unknown> = {}) => {
    const said = { refundId: `${id}_${second}`, amountCents, status: "succeeded", ...but };
    const [row] = await db.sql`select record_outside_refund(${second}, ${db.sql.json(said as never)},
      ${`evt_${id}_${second}`}, 'refund.created') ->> 'outcome' as outcome`;
    return row?.outcome;
  };
  beforeEach(async () => {
    await pay();
    await payAgain();
  });

  test.each([false, true])(
    "are the refund that we owed once they are all of it (ours was refused: %s)",
    async (no) => {
      const { refundId } = await owed();
      expect(await part("one", 100)).toBe("part");
      expect(await part("one", 100, { refundedCents: 100 })).toBe("already");
      if (no) await recordRefund(db.sql, refundId, "failed", { id: "", error: "amount_too_large" });
      expect(await openAlerts()).toContain("second_payment");
      expect(await part("two", rest())).toBe("part");
      expect(await part("two", rest(), { refundedCents: payment.amountCents })).toBe("recorded");
      expect((await owed()).status).toBe("succeeded");
      expect(await openAlerts()).toEqual([]);
      expect(await undone(db.sql)).not.toContain(payment.orderNumber);
      expect(await part("two", rest())).toBe("duplicate_event");
      expect(await orderOf(db.sql, payment.orderId)).toMatchObject({ status: "paid", refundedCents: 0 });
    },
  );

  test.each(["failed", "pending"])("that are %s name nothing that went back", async (status) => {
    const refundedCents = payment.amountCents;
    expect(await part("one", 100, { status })).toBe("already");
    expect(await part("two", 100, { status, refundedCents })).toBe("already");
    expect((await owed()).status).toBe("requested");
  });

  test("that are told without a number are refused", async () => {
    expect(await sqlStateOf(part("one", 100, { refundedCents: "some" }))).toBe("HF001");
  });
});

test.each(["succeeded", "pending"] as const)(
  "that somebody gives back in the dashboard while we ask for it: Stripe's no to us is no word on theirs, %s",
  async (status) => {
    await pay();
    await payAgain();
    const [claimed] = await claimRefunds(db.sql);
    const { refundId } = must(claimed);
    const re = `re_${randomUUID()}`;
    const said = { refundId: re, amountCents: payment.amountCents, status };
    await db.sql`select record_outside_refund(${second}, ${db.sql.json(said)})`;
    const no = { refundId: null, status: "failed", attempt: 1, error: "charge_already_refunded" };
    const [row] =
      await db.sql`select record_refund(${refundId}, ${db.sql.json(no)}) ->> 'outcome' as outcome`;
    expect(row?.outcome).toBe("already");
    expect((await owed()).status).toBe(status);
    // Of theirs itself it is news.
    expect((await recordRefund(db.sql, refundId, "failed", { id: re })).outcome).toBe("recorded");
  },
);

test("is owed still where ours of the first gives way to one that was made outside", async () => {
  await pay();
  const { refundId } = await askRefund(db.sql, payment.orderId, [], { amountCents: 100 });
  await payAgain();
  await recordOutside(db.sql, `pi_${payment.paymentId}`, `re_${randomUUID()}`, payment.amountCents);
  const statuses = new Map((await refundsOf()).map((refund) => [refund.refundId, refund.status]));
  expect(statuses.get(must(refundId))).toBe("failed");
  expect(statuses.get((await owed()).refundId)).toBe("requested");
});

test("a dispute about it is the order's", async () => {
  await pay();
  await payAgain();
  const [row] = await db.sql`select record_dispute(${second}) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("recorded");
});

test("a refund says whose money it is about, and of which order", async () => {
  await pay();
  const type = (reason: string, intent: string | null) => db.sql`
    insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, payment_intent_id)
    values (${payment.orderId}, ${payment.paymentId}, 1, 'EUR', ${reason}, 'typed', ${intent})`;
  expect(await sqlStateOf(type("second_payment", null))).toBe("23514");
  expect(await sqlStateOf(type("requested", second))).toBe("23514");
  await payAgain();
  expect(await sqlStateOf(type("second_payment", second))).toBe("23505");
  expect(
    await sqlStateOf(
      db.sql`update refunds set payment_intent_id = 'pi_x' where payment_intent_id = ${second}`,
    ),
  ).toBe("HF014");
});

/** Enters the payment as an order by phone, as an admin may who finds it at Stripe. */
async function enter(intent: string, paymentId: string | null = null, sql = db.sql) {
  const line = { variantId, quantity: 1, unitPriceCents: payment.amountCents };
  const money = { amountCents: payment.amountCents, currency: "EUR", paymentIntentId: intent };
  const [row] = await sql<{ answer: { outcome: string; order: { orderId: string } } }[]>`
    select record_paid_order('import', '{}', ${sql.json([line])},
      ${sql.json({ ...money, ...(paymentId && { paymentId }) })}) as answer`;
  return must(row).answer;
}

describe("money that is entered by hand", () => {
  const intent = () => `pi_${payment.paymentId}`;

  test("is refused where it is said to be the payment of an order that is here", async () => {
    expect(await enter(intent(), payment.paymentId)).toMatchObject({
      outcome: "already_known",
      order: { orderId: payment.orderId },
    });
    expect((await pay()).outcome).toBe("sold");
    expect((await enter(intent(), payment.paymentId)).outcome).toBe("already");
    expect((await enter(second, payment.paymentId)).outcome).toBe("already_known");
    await payAgain();
    expect((await enter(second)).outcome).toBe("already_known");
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
    expect(await sqlStateOf(enter(second, "no-id"))).toBe("HF001");
  });

  test("is refused while the bank works on it for an order that is here", async () => {
    const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: intent() } as const;
    await settle(db.sql, payment.paymentId, session);
    expect(await enter(intent())).toMatchObject({
      outcome: "already_known",
      order: { orderId: payment.orderId },
    });
  });

  test("is that order's, and the checkout that it came by ends without a sale, told as often as Stripe may", async () => {
    const { order, outcome } = await enter(intent());
    expect(outcome).toBe("sold");
    expect(await pay()).toMatchObject({ outcome: "ended", order: { status: "cancelled", refunds: [] } });
    expect((await pay()).outcome).toBe("already");
    expect(await openAlerts()).toEqual(["entered_twice"]);
    const [alert] =
      await db.sql`select details ->> 'enteredAs' as id from alerts where subject = ${payment.paymentId}`;
    expect(alert?.id).toBe(order.orderId);
    expect(await orderOfMoney(intent())).toBe(order.orderId);
    // One unit is sold with the order by hand, the two of the checkout are in the cart again.
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 2 });
    expect((await orderOf(db.sql, order.orderId)).refunds).toEqual([]);
  });

  test("while the bank works on the checkout's own is no reason to fail either", async () => {
    await enter(intent());
    const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: intent() } as const;
    expect((await settle(db.sql, payment.paymentId, session)).outcome).toBe("processing");
    expect((await pay()).outcome).toBe("ended");
  });

  test("at the moment in which Stripe tells of it: who comes second waits, and finds it done", async () => {
    const [first, second] = db.connect(2) as [Sql, Sql];
    await begin(first);
    expect((await enter(intent(), null, first)).outcome).toBe("sold");
    const told = await startBlocked(db, second, (sql) => settle(sql, payment.paymentId, paid(payment)));
    await commit(first);
    expect((await told.result).outcome).toBe("ended");
  });

  test("at the moment in which Stripe's word is written down: it waits, and is known", async () => {
    const [first, second] = db.connect(2) as [Sql, Sql];
    await begin(first);
    expect((await settle(first, payment.paymentId, paid(payment))).outcome).toBe("sold");
    const entered = await startBlocked(db, second, (sql) => enter(intent(), null, sql));
    await commit(first);
    expect((await entered.result).outcome).toBe("already");
  });
});
