import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import {
  details,
  expired,
  type Order,
  type Payment,
  paid,
  patiently,
  pinCart,
  settle,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { sqlStateOf } from "./sessions.ts";

// What the server claims and does: sessions, windows that are over, mails.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let payment: Payment;

beforeEach(async () => {
  await db.sql`update payments set claimed_until = 'infinity' where status in ('open', 'processing')`;
  await db.sql`update outgoing_mails set claimed_until = 'infinity' where sent_at is null`;
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

const record = (session: string, id = payment.paymentId) =>
  answerOf(db.sql, "record_session($1, $2, 'https://pay.example.test')", [id, session]);
const claim = async (variants: string[] | null = null, sql = db.sql) => {
  const { payments } = await answerOf(sql, "claim_settlements(100, $1)", [variants]);
  return (payments as Payment[]).map(({ paymentId }) => paymentId);
};
const endWindow = (seconds = 0) =>
  asSuperuser(
    db,
    (tx) => tx`update payments set window_ends_at = clock_timestamp() - make_interval(secs => ${seconds})
    where id = ${payment.paymentId}`,
  );

test("a session is written down once; another one, or one for what has ended, is to be expired", async () => {
  expect(await record("cs_a")).toMatchObject({
    outcome: "recorded",
    payment: { sessionId: "cs_a", sessionUrl: "https://pay.example.test" },
  });
  expect((await record("cs_a")).outcome).toBe("recorded");
  expect((await record("cs_b")).outcome).toBe("payment_ended");
  expect((await answerOf(db.sql, "get_payment(null, $1)", ["cs_a"])).payment.paymentId).toBe(
    payment.paymentId,
  );
  await settle(db.sql, payment.paymentId, { ...expired, sessionId: "cs_a" });
  expect((await record("cs_a")).outcome).toBe("payment_ended");
  expect((await record("cs_a", randomUUID())).outcome).toBe("not_found");
  expect(await sqlStateOf(record(""))).toBe("HF001");
});

test("a session that is made too late is known all the same, for the money that may come", async () => {
  await settle(db.sql, payment.paymentId, expired);
  expect((await record("cs_late")).outcome).toBe("payment_ended");
  expect((await answerOf(db.sql, "get_payment(null, $1)", ["cs_late"])).outcome).toBe("found");
});

test("a payment is found by its id, its session or its intent, and by its shopper while it is open", async () => {
  expect(await answerOf(db.sql, "get_payment($1)", [payment.paymentId])).toMatchObject({
    outcome: "found",
    order: { orderId: payment.orderId },
  });
  expect((await answerOf(db.sql, "get_payment(null, 'cs_nobody')")).outcome).toBe("not_found");
  expect(await sqlStateOf(answerOf(db.sql, "get_payment()"))).toBe("HF001");
  expect(await sqlStateOf(answerOf(db.sql, "get_payment($1, 'cs')", [payment.paymentId]))).toBe("HF001");
  expect(await answerOf(db.sql, "open_payment($1)", [shopperId])).toMatchObject({
    outcome: "found",
    payment: { paymentId: payment.paymentId },
  });
  await settle(db.sql, payment.paymentId, paid(payment));
  expect((await answerOf(db.sql, "open_payment($1)", [shopperId])).outcome).toBe("none");
  expect((await answerOf(db.sql, "get_payment(null, null, $1)", [`pi_${payment.paymentId}`])).outcome).toBe(
    "found",
  );
});

test("a window that is not over is nobody's to claim; one that is, is claimed once, however many come", async () => {
  expect(await claim()).toEqual([]);
  await endWindow();
  const claims = await Promise.all(db.connect(20).map((session) => patiently(() => claim(null, session))));
  expect(claims.flat()).toEqual([payment.paymentId]);
  expect(await claim()).toEqual([]);
  await db.sql`update payments set claimed_until = clock_timestamp() where id = ${payment.paymentId}`;
  expect(await claim()).toEqual([payment.paymentId]);
});

test("after a refusal only what stands in the way is claimed", async () => {
  await endWindow();
  expect(await claim([await createVariant(db.sql, 1)])).toEqual([]);
  expect(await claim([variantId])).toEqual([payment.paymentId]);
});

test("what is processing comes up for a look, and not to those who want its units", async () => {
  await settle(db.sql, payment.paymentId, unpaid);
  await endWindow();
  expect(await claim()).toEqual([]);
  await db.sql`update payments set claimed_until = clock_timestamp() where id = ${payment.paymentId}`;
  expect(await claim([variantId])).toEqual([]);
  expect(await claim()).toEqual([payment.paymentId]);
  const [row] = await db.sql`select claimed_until > clock_timestamp() + interval '14 minutes' as is_long
    from payments where id = ${payment.paymentId}`;
  expect(row?.is_long).toBe(true);
});

const claimMails = async (sql = db.sql) =>
  (await answerOf(sql, "claim_mails(100)")).mails as {
    mailId: string;
    kind: string;
    attempt: number;
    returnOrigin: string;
    order: Order;
  }[];

test("a mail is claimed once, comes again after a failure, and is sent once", async () => {
  await settle(db.sql, payment.paymentId, paid(payment));
  const claims = await Promise.all(db.connect(20).map((session) => claimMails(session)));
  expect(claims.flat()).toMatchObject([
    {
      kind: "confirmation",
      attempt: 1,
      returnOrigin: "https://shop.example.test",
      order: { orderId: payment.orderId, email: details.email },
    },
  ]);
  const { mailId } = must(claims.flat()[0]);
  expect((await answerOf(db.sql, "record_mail($1, 'no route')", [mailId])).outcome).toBe("recorded");
  const [waits] =
    await db.sql`select extract(epoch from claimed_until - clock_timestamp())::int as seconds, last_error
    from outgoing_mails where id = ${mailId}`;
  expect(must(waits)).toEqual({ seconds: 60, last_error: "no route" });
  await db.sql`update outgoing_mails set claimed_until = null where id = ${mailId}`;
  expect(await claimMails()).toMatchObject([{ mailId, attempt: 2 }]);
  expect((await answerOf(db.sql, "record_mail($1)", [mailId])).outcome).toBe("recorded");
  expect((await answerOf(db.sql, "record_mail($1)", [mailId])).outcome).toBe("already");
  expect((await answerOf(db.sql, "record_mail($1)", [randomUUID()])).outcome).toBe("not_found");
  await db.sql`update outgoing_mails set claimed_until = null where id = ${mailId}`;
  expect(await claimMails()).toEqual([]);
});

test.each(["claim_settlements", "claim_refunds", "claim_mails", "erase_due_orders"])(
  "%s takes 1 to its limit",
  async (name) => {
    for (const limit of [0, 10_001, null])
      expect(await sqlStateOf(answerOf(db.sql, `${name}($1)`, [limit])), `${limit}`).toBe("HF001");
  },
);
