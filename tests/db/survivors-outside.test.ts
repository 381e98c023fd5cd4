import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { orderOf, unpaid } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordOutside, recordRefund } from "../support/refunds.ts";
import { must } from "../support/shop.ts";
import { useSecondPayment } from "./second-payment.ts";
import { sqlStateOf } from "./sessions.ts";

// What no other test noticed of refunds beside the usual ones (of a second payment, by hand, in the dashboard) when
// `npm run mutate:db` took single guards away.

const db = useTestDatabase();
const at = useSecondPayment(db);
const { cart, pay, payAgain, refundsOf } = at;

const ask = async (amountCents: number) =>
  must((await askRefund(db.sql, cart.payment.orderId, [], { amountCents })).refundId);
const statusOf = async (id: string) => (await refundsOf()).find(({ refundId }) => refundId === id)?.status;
const owed = async () => must((await refundsOf()).find(({ reason }) => reason === "second_payment"));

test.each([
  ["", "23514"],
  ["x".repeat(256), "23514"],
  ["x".repeat(255), "none"],
])("refunds_payment_intent_id_check: money is not named '%s'", async (intent, code) => {
  await pay();
  const { orderId, paymentId } = cart.payment;
  const typed = db.sql`
    insert into refunds (order_id, payment_id, amount_cents, currency, reason, actor, payment_intent_id)
    values (${orderId}, ${paymentId}, 1, 'EUR', 'second_payment', 'typed', ${intent})`;
  expect(await sqlStateOf(typed)).toBe(code);
});

test("refunds_within_received_update: nobody types a refund that failed to life again without room for it", async () => {
  await pay();
  const failed = await ask(cart.payment.amountCents);
  await recordRefund(db.sql, failed, "failed");
  await recordRefund(db.sql, await ask(1), "succeeded");
  const typed = db.sql`update refunds
    set status = 'requested', attempt = attempt + 1, stripe_refund_id = null, settled_at = null where id = ${failed}`;
  expect(await sqlStateOf(typed)).toBe("HF016");
});

test("what somebody gave back by hand went back, and gives way to nothing", async () => {
  await pay();
  const byHand = await ask(100);
  await recordRefund(db.sql, byHand, "succeeded", { id: "" });
  const { amountCents, paymentId } = cart.payment;
  const beyond = await recordOutside(db.sql, `pi_${paymentId}`, `re_${randomUUID()}`, amountCents);
  expect(beyond.outcome).toBe("exceeds");
  expect(await statusOf(byHand)).toBe("succeeded");
});

test("what Stripe works on may be given back by hand all the same", async () => {
  await pay();
  const refundId = await ask(100);
  await recordRefund(db.sql, refundId, "pending");
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "" })).outcome).toBe("recorded");
  expect(await statusOf(refundId)).toBe("succeeded");
});

test("a second payment may go back in the dashboard while the first is not there yet", async () => {
  await payAgain();
  const answer = await recordOutside(db.sql, at.second, `re_${randomUUID()}`, cart.payment.amountCents);
  expect(answer.outcome).toBe("recorded");
  expect((await orderOf(db.sql, cart.payment.orderId)).status).toBe("pending");
  expect((await owed()).status).toBe("succeeded");
});

test("another refund of a second payment is not the one that is at Stripe already", async () => {
  await pay();
  await payAgain();
  const { refundId } = await owed();
  await recordRefund(db.sql, refundId, "failed");
  const answer = await recordOutside(db.sql, at.second, `re_${randomUUID()}`, cart.payment.amountCents);
  expect(answer.outcome).toBe("part");
  expect(await statusOf(refundId)).toBe("failed");
});

test("a refund of ours that Stripe tells of needs no other room than its own, and none of ours gives way to it", async () => {
  await pay();
  const { amountCents, paymentId } = cart.payment;
  const [most, rest] = [await ask(amountCents - 100), await ask(100)];
  await recordRefund(db.sql, most, "pending", { id: `re_${most}` });
  const answer = await recordOutside(db.sql, `pi_${paymentId}`, `re_${most}`, amountCents - 100);
  expect(answer.outcome).toBe("recorded");
  expect([await statusOf(most), await statusOf(rest)]).toEqual(["succeeded", "requested"]);
});

test("a second payment that Stripe refused to give back needs no room beside the first to be given back by hand", async () => {
  await pay();
  await recordRefund(db.sql, await ask(cart.payment.amountCents), "succeeded");
  await payAgain();
  const { refundId } = await owed();
  await recordRefund(db.sql, refundId, "failed", { id: "" });
  expect((await recordRefund(db.sql, refundId, "succeeded", { id: "" })).outcome).toBe("recorded");
});

test("a refund that failed at Stripe has failed: a success of it is old news, not one without room", async () => {
  await pay();
  const failed = await ask(100);
  await recordRefund(db.sql, failed, "failed");
  await recordRefund(db.sql, await ask(cart.payment.amountCents), "succeeded");
  expect((await recordRefund(db.sql, failed, "succeeded")).outcome).toBe("already");
});

test("there is no room for a refund still when its event comes once more", async () => {
  await pay();
  const ours = await ask(cart.payment.amountCents);
  await recordRefund(db.sql, ours, "failed", { id: "" });
  await recordRefund(db.sql, await ask(1), "succeeded");
  const tell = () => recordRefund(db.sql, ours, "succeeded", { id: `re_${ours}`, event: `evt_${ours}` });
  expect((await tell()).outcome).toBe("exceeds");
  expect(await at.openAlerts()).toContain("refund_beyond");
  expect((await tell()).outcome).toBe("duplicate_event");
  expect(await at.openAlerts()).toContain("refund_beyond");
});

test("money that did not come does not go back, whatever intent it was to come by", async () => {
  await pay();
  const word = { ...unpaid, paymentIntentId: at.second, amountCents: 1, currency: "eur" };
  expect((await cart.settled(word)).outcome).toBe("already");
  expect(await refundsOf()).toEqual([]);
});

test("a line that was sold may be written as it is, and as nothing else", async () => {
  const { order } = await pay();
  const write = (location: string) =>
    db.sql.unsafe(`update order_lines set location_id = ${location} where order_id = $1`, [order.orderId]);
  expect(await sqlStateOf(write("location_id"))).toBe("none");
  expect(await sqlStateOf(write("null"))).toBe("HF014");
});
