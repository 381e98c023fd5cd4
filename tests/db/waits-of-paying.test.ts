import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  expired,
  type Order,
  type Payment,
  paid,
  pinCart,
  settle,
  startCheckout,
} from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, claimRefunds, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import { cartOf, createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { begin, commit, findDrift } from "./sessions.ts";
import { oneAfterTheOther, waitingFor as waitFor } from "./waiting.ts";

// Who decides about a payment or an order waits for whoever is about to change it. Two sessions each: the first has a
// row, or has done something and not committed; the second has to wait, and then decides on what is there by then.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let payment: Payment;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const sold = async () => (await settle(db.sql, payment.paymentId, paid(payment))).order;

/** What the work comes to that has to wait for rows which somebody has. */
const waitingFor = async <Result>(rows: string, id: string, work: (session: Sql) => Promise<Result>) =>
  (await waitFor(db, rows, id, work)).result;

const shopperRow = "shoppers where id";
const orderRow = "orders where id";
const paymentRow = "payments where id";
const levelRows = "stock_levels where variant_id";

const recordSession = (session: Sql) =>
  answerOf(session, "record_session($1, 'cs_waited', 'u')", [payment.paymentId]);

test("a session is written down when shopper and order are nobody else's", async () => {
  expect((await waitingFor(shopperRow, shopperId, recordSession)).outcome).toBe("recorded");
  expect((await waitingFor(orderRow, payment.orderId, recordSession)).outcome).toBe("recorded");
});

test("a payment is settled once, by whoever comes first", async () => {
  const word = (session: Sql) => settle(session, payment.paymentId, paid(payment));
  expect((await oneAfterTheOther(db, word, word)).outcome).toBe("already");
});

test("a payment is settled when its shopper is nobody else's", async () => {
  const word = (session: Sql) => settle(session, payment.paymentId, paid(payment));
  expect((await waitingFor(shopperRow, shopperId, word)).outcome).toBe("sold");
});

test("a late success finds its units gone that somebody takes at this moment", async () => {
  await settle(db.sql, payment.paymentId, expired, "expire");
  const answer = await oneAfterTheOther(
    db,
    (session) => hold(session, newShopper(), variantId, 5),
    (session) => settle(session, payment.paymentId, paid(payment)),
  );
  expect(answer.outcome).toBe("refund_due");
});

test("an order of elsewhere finds its units gone that somebody takes at this moment", async () => {
  const record = (session: Sql) =>
    answerOf(session, "record_paid_order('phone', '{}', $1, $2)", [
      [{ variantId, quantity: 3 }],
      { amountCents: 3000, currency: "EUR", paymentIntentId: null },
    ]);
  const take = (session: Sql) => hold(session, newShopper(), variantId, 3);
  expect((await oneAfterTheOther(db, take, record)).outcome).toBe("refund_due");
});

test("an order of elsewhere waits for its shopper", async () => {
  const record = (session: Sql) =>
    answerOf(session, "record_paid_order('phone', '{}', $1, $2, $3)", [
      [{ variantId, quantity: 1 }],
      { amountCents: 1000, currency: "EUR", paymentIntentId: null },
      shopperId,
    ]);
  expect((await waitingFor(shopperRow, shopperId, record)).outcome).toBe("sold");
});

test("two who bring the same payment of elsewhere for two shoppers stand in line", async () => {
  const intent = `pi_${randomUUID()}`;
  const record = (session: Sql) =>
    answerOf(session, "record_paid_order('import', '{}', $1, $2)", [
      [{ variantId, quantity: 1 }],
      { amountCents: 1000, currency: "EUR", paymentIntentId: intent },
    ]);
  expect((await oneAfterTheOther(db, record, record)).outcome).toBe("already");
});

test("who starts to pay has the shopper and the levels", async () => {
  const other = newShopper();
  await hold(db.sql, other, variantId, 1);
  const { cartVersion } = await cartOf(db.sql, other);
  const pay = (session: Sql) => startCheckout(session, other, { cartVersion, totalCents: 1490 });
  expect((await waitingFor(shopperRow, other, pay)).isNew).toBe(true);
  await settle(db.sql, must((await pay(db.sql)).payment).paymentId, expired);
  const { cartVersion: again } = await cartOf(db.sql, other);
  const payAgain = (session: Sql) => startCheckout(session, other, { cartVersion: again, totalCents: 1490 });
  expect((await waitingFor(levelRows, variantId, payAgain)).isNew).toBe(true);
});

const lineOf = (order: Order) => must(order.lines[0]).orderLineId;
const cent = (session: Sql) => askRefund(session, payment.orderId, [], { amountCents: 1 });

test.each<[string, (session: Sql, refundId: string) => Promise<{ outcome: string }>, string]>([
  ["asking for one", (session) => cent(session), "requested"],
  ["Stripe's word of one", (session, id) => recordRefund(session, id, "pending"), "recorded"],
  ["a retry", (session, id) => retryRefund(session, id), "not_failed"],
  [
    "one of the dashboard",
    (session) =>
      answerOf(session, "record_outside_refund($1, $2)", [
        `pi_${payment.paymentId}`,
        { refundId: `re_${randomUUID()}`, amountCents: 1, status: "pending" },
      ]),
    "recorded",
  ],
])("refunds wait for their order: %s", async (_, work, outcome) => {
  await sold();
  const refundId = must((await cent(db.sql)).refundId);
  expect((await waitingFor(orderRow, payment.orderId, (session) => work(session, refundId))).outcome).toBe(
    outcome,
  );
});

test.each<[string, (session: Sql, refundId: string) => Promise<{ outcome: string }>, string]>([
  ["Stripe's word", (session, id) => recordRefund(session, id, "pending"), "already"],
  ["a retry", (session, id) => retryRefund(session, id), "not_failed"],
])("what is no news of a refund is none when the refund is nobody else's: %s", async (_, work, outcome) => {
  await sold();
  const refundId = must((await cent(db.sql)).refundId);
  await recordRefund(db.sql, refundId, "pending");
  expect((await waitingFor("refunds where id", refundId, (session) => work(session, refundId))).outcome).toBe(
    outcome,
  );
});

test.each([orderRow, paymentRow, levelRows])(
  "whether units are sold again is decided when these are nobody else's: %s",
  async (rows) => {
    const order = await sold();
    const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(lineOf(order), 1)]);
    const ids: Record<string, string> = {
      [orderRow]: order.orderId,
      [paymentRow]: payment.paymentId,
      [levelRows]: variantId,
    };
    const decide = (session: Sql) =>
      answerOf(session, "decide_restock($1, $2, false)", [refundId, lineOf(order)]);
    expect((await waitingFor(rows, must(ids[rows]), decide)).outcome).toBe("decided");
  },
);

test("who types a refund, or a line of one, waits for the payment, or for the line that was sold", async () => {
  const order = await sold();
  const owed = (session: Sql) => session`
    insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor)
    values (${order.orderId}, ${payment.paymentId}, 1, 'EUR', 'requested', 'me') returning id`;
  const [refund] = await waitingFor(paymentRow, payment.paymentId, owed);
  await waitingFor("order_lines where id", lineOf(order), async (session) => {
    await session`insert into refund_lines (refund_id, order_line_id, quantity) values (${refund?.id}, ${lineOf(order)}, 1)`;
  });
});

test("an order is cancelled once, and is not sent off while it is being cancelled", async () => {
  await sold();
  const cancel = (session: Sql) => answerOf(session, "cancel_order($1)", [payment.orderId]);
  expect((await oneAfterTheOther(db, cancel, cancel)).outcome).toBe("already");
  const [other] = [newShopper()];
  await hold(db.sql, other, variantId, 1);
  payment = await pinCart(db.sql, other);
  await sold();
  const ship = (session: Sql) => answerOf(session, "mark_shipped($1)", [payment.orderId]);
  expect((await oneAfterTheOther(db, cancel, ship)).outcome).toBe("not_shippable");
});

test("a dispute is heard once, also from two who bring it at the same time", async () => {
  await sold();
  const event = randomUUID();
  const hear = (session: Sql) =>
    answerOf(session, "record_dispute($1, $2)", [`pi_${payment.paymentId}`, event]);
  expect((await oneAfterTheOther(db, hear, hear)).outcome).toBe("duplicate_event");
});

test("who looks for work passes over what somebody else is taking", async () => {
  await sold();
  await cent(db.sql);
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  const mails = async (session: Sql) => (await answerOf(session, "claim_mails(100)")).mails;
  expect([(await claimRefunds(first)).length > 0, (await mails(first)).length > 0]).toEqual([true, true]);
  expect([await claimRefunds(second), await mails(second)]).toEqual([[], []]);
  await commit(first);
});
