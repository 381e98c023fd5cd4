import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { expired, orderOf, paid, patiently, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  askRefund,
  claimRefunds,
  recordOutside,
  recordRefund,
  retryRefund,
  undone,
} from "../support/refunds.ts";
import { hold, must, newShopper, stockOf } from "../support/shop.ts";
import { useSecondPayment } from "./second-payment.ts";
import { sqlStateOf } from "./sessions.ts";

// An order that is paid twice: the first payment is its sale or its refund, the second goes back, in full and once.

const db = useTestDatabase();
const at = useSecondPayment(db);
const { cart, pay, payAgain, refundsOf, openAlerts, orderOfMoney } = at;
const { mails } = cart;

beforeEach(async () => {
  // What other tests left undone is nobody's here.
  await db.sql`update refunds set claimed_until = 'infinity'`;
});

const owed = async () => must((await refundsOf()).find(({ reason }) => reason === "second_payment"));

test("the second one goes back in full, beside what the first received, and is over when Stripe says so", async () => {
  await pay();
  expect((await payAgain()).outcome).toBe("another_session");
  const { refundId } = await owed();
  expect(await orderOfMoney(at.second)).toBe(cart.payment.orderId);
  expect(await claimRefunds(db.sql)).toMatchObject([
    {
      refundId,
      paymentIntentId: at.second,
      amountCents: cart.payment.amountCents,
      currency: "EUR",
      attempt: 1,
    },
  ]);
  expect(await openAlerts()).toEqual(["second_payment"]);
  expect(await undone(db.sql)).toContain(cart.payment.orderNumber);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await openAlerts()).toEqual([]);
  expect(await mails()).toEqual(["confirmation", "refunded"]);
  expect(await orderOf(db.sql, cart.payment.orderId)).toMatchObject({ status: "paid", refundedCents: 0 });
  // All of the first may still be paid back, and no more.
  const all = { amountCents: cart.payment.amountCents };
  expect((await askRefund(db.sql, cart.payment.orderId, [], all)).outcome).toBe("requested");
  expect((await askRefund(db.sql, cart.payment.orderId, [], { amountCents: 1 })).outcome).toBe("exceeds");
});

test("the same session, paid by another intent, is a second payment too", async () => {
  await pay();
  await settle(db.sql, cart.payment.paymentId, paid(cart.payment, { paymentIntentId: at.second }));
  expect(await owed()).toMatchObject({ amountCents: cart.payment.amountCents, status: "requested" });
});

test("money that nobody settled is nobody's, also while the bank works on it", async () => {
  expect(await orderOfMoney(at.second)).toBeNull();
  const session = { status: "complete", paymentStatus: "unpaid", paymentIntentId: at.second } as const;
  await settle(db.sql, cart.payment.paymentId, session);
  expect(await orderOfMoney(at.second)).toBeNull();
  await settle(db.sql, cart.payment.paymentId, paid(cart.payment, { paymentIntentId: at.second }));
  expect(await orderOfMoney(at.second)).toBe(cart.payment.orderId);
  expect(await sqlStateOf(orderOfMoney(""))).toBe("HF001");
});

test("told twenty times at once it goes back once", async () => {
  await pay();
  await Promise.all(db.connect(20).map((sql) => patiently(() => payAgain(sql))));
  expect(await refundsOf()).toHaveLength(1);
});

test("before the first: it goes back, and the first is sold when it comes", async () => {
  await payAgain();
  expect(await orderOf(db.sql, cart.payment.orderId)).toMatchObject({ status: "pending" });
  expect((await pay()).outcome).toBe("sold");
  expect(await refundsOf()).toMatchObject([{ reason: "second_payment" }]);
  expect(await stockOf(db.sql, cart.variantId)).toEqual({ on_hand: 3, reserved: 0 });
});

test("of an order that was gone: both go back", async () => {
  await settle(db.sql, cart.payment.paymentId, expired, "expire");
  await hold(db.sql, newShopper(), cart.variantId, 5);
  expect((await pay()).outcome).toBe("refund_due");
  await payAgain();
  expect((await refundsOf()).map(({ reason }) => reason).sort()).toEqual(["out_of_stock", "second_payment"]);
});

test("that Stripe refuses stays to be seen to, whatever became of the first, and can be tried again", async () => {
  await pay();
  const { refundId: all } = await askRefund(db.sql, cart.payment.orderId, [], {
    amountCents: cart.payment.amountCents,
  });
  await recordRefund(db.sql, all, "succeeded");
  await payAgain();
  const { refundId } = await owed();
  await recordRefund(db.sql, refundId, "failed", { error: "charge_disputed" });
  expect((await openAlerts()).sort()).toEqual(["refund_failed", "second_payment"]);
  expect(await undone(db.sql)).toContain(cart.payment.orderNumber);
  expect((await retryRefund(db.sql, refundId)).outcome).toBe("requested");
  await recordRefund(db.sql, refundId, "succeeded", { id: "re_at_last" });
  expect(await openAlerts()).toEqual([]);
  expect(await undone(db.sql)).not.toContain(cart.payment.orderNumber);
});

test("that somebody gave back in the dashboard before us is the refund that we owed", async () => {
  await pay();
  await payAgain();
  const re = `re_${randomUUID()}`;
  expect((await recordOutside(db.sql, at.second, re, cart.payment.amountCents)).outcome).toBe("recorded");
  const [refund] = await refundsOf();
  expect(refund).toMatchObject({ reason: "second_payment", status: "succeeded" });
  // It is not the units' money: none came back with it.
  const [line] = (await orderOf(db.sql, cart.payment.orderId)).lines;
  const [row] = await db.sql`
    select decide_restock(${must(refund).refundId}, ${must(line).orderLineId}, true, 1) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("not_found");
  expect(await claimRefunds(db.sql)).toEqual([]);
  expect(await openAlerts()).toEqual([]);
});

describe("parts of it in the dashboard", () => {
  const rest = () => cart.payment.amountCents - 100;
  /** `refundedCents`: what Stripe says that went back of it so far. */
  const part = async (id: string, amountCents: number, but: Record<string, unknown> = {}) => {
    const said = { refundId: `${id}_${at.second}`, amountCents, status: "succeeded", ...but };
    const [row] = await db.sql`select record_outside_refund(${at.second}, ${db.sql.json(said as never)},
      ${`evt_${id}_${at.second}`}, 'refund.created') ->> 'outcome' as outcome`;
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
      expect(await part("two", rest(), { refundedCents: cart.payment.amountCents })).toBe("recorded");
      expect((await owed()).status).toBe("succeeded");
      expect(await openAlerts()).toEqual([]);
      expect(await undone(db.sql)).not.toContain(cart.payment.orderNumber);
      expect(await part("two", rest())).toBe("duplicate_event");
      expect(await orderOf(db.sql, cart.payment.orderId)).toMatchObject({ status: "paid", refundedCents: 0 });
    },
  );

  test.each(["failed", "pending"])("that are %s name nothing that went back", async (status) => {
    const refundedCents = cart.payment.amountCents;
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
    const said = { refundId: re, amountCents: cart.payment.amountCents, status };
    await db.sql`select record_outside_refund(${at.second}, ${db.sql.json(said)})`;
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
  const { refundId } = await askRefund(db.sql, cart.payment.orderId, [], { amountCents: 100 });
  await payAgain();
  await recordOutside(db.sql, `pi_${cart.payment.paymentId}`, `re_${randomUUID()}`, cart.payment.amountCents);
  const statuses = new Map((await refundsOf()).map((refund) => [refund.refundId, refund.status]));
  expect(statuses.get(must(refundId))).toBe("failed");
  expect(statuses.get((await owed()).refundId)).toBe("requested");
});

test("a dispute about it is the order's", async () => {
  await pay();
  await payAgain();
  const [row] = await db.sql`select record_dispute(${at.second}) ->> 'outcome' as outcome`;
  expect(row?.outcome).toBe("recorded");
});

test("a refund says whose money it is about, and of which order", async () => {
  await pay();
  const type = (reason: string, intent: string | null) => db.sql`
    insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, payment_intent_id)
    values (${cart.payment.orderId}, ${cart.payment.paymentId}, 1, 'EUR', ${reason}, 'typed', ${intent})`;
  expect(await sqlStateOf(type("second_payment", null))).toBe("23514");
  expect(await sqlStateOf(type("requested", at.second))).toBe("23514");
  await payAgain();
  expect(await sqlStateOf(type("second_payment", at.second))).toBe("23505");
  expect(
    await sqlStateOf(
      db.sql`update refunds set payment_intent_id = 'pi_x' where payment_intent_id = ${at.second}`,
    ),
  ).toBe("HF014");
});
