import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import {
  buy,
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
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { asSuperuser, createVariant, hold, must, newShopper } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

// What the server claims and does: sessions, windows that are over, mails, and what does not fit together.

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

const answerOf = async (text: string, values: unknown[] = [], sql = db.sql) =>
  must((await sql.unsafe(`select ${text} as answer`, values as never[]))[0]).answer;
const record = (session: string, id = payment.paymentId) =>
  answerOf("record_session($1, $2, 'https://pay.example.test')", [id, session]);
const claim = async (variants: string[] | null = null, sql = db.sql) => {
  const { payments } = await answerOf("claim_settlements(100, $1)", [variants], sql);
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
  expect((await answerOf("get_payment(null, $1)", ["cs_a"])).payment.paymentId).toBe(payment.paymentId);
  await settle(db.sql, payment.paymentId, { ...expired, sessionId: "cs_a" });
  expect((await record("cs_a")).outcome).toBe("payment_ended");
  expect((await record("cs_a", randomUUID())).outcome).toBe("not_found");
  expect(await sqlStateOf(record(""))).toBe("HF001");
});

test("a session that is made too late is known all the same, for the money that may come", async () => {
  await settle(db.sql, payment.paymentId, expired);
  expect((await record("cs_late")).outcome).toBe("payment_ended");
  expect((await answerOf("get_payment(null, $1)", ["cs_late"])).outcome).toBe("found");
});

test("a payment is found by its id, its session or its intent, and by its shopper while it is open", async () => {
  expect(await answerOf("get_payment($1)", [payment.paymentId])).toMatchObject({
    outcome: "found",
    order: { orderId: payment.orderId },
  });
  expect((await answerOf("get_payment(null, 'cs_nobody')")).outcome).toBe("not_found");
  expect(await sqlStateOf(answerOf("get_payment()"))).toBe("HF001");
  expect(await sqlStateOf(answerOf("get_payment($1, 'cs')", [payment.paymentId]))).toBe("HF001");
  expect(await answerOf("open_payment($1)", [shopperId])).toMatchObject({
    outcome: "found",
    payment: { paymentId: payment.paymentId },
  });
  await settle(db.sql, payment.paymentId, paid(payment));
  expect((await answerOf("open_payment($1)", [shopperId])).outcome).toBe("none");
  expect((await answerOf("get_payment(null, null, $1)", [`pi_${payment.paymentId}`])).outcome).toBe("found");
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
  (await answerOf("claim_mails(100)", [], sql)).mails as {
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
  expect((await answerOf("record_mail($1, 'no route')", [mailId])).outcome).toBe("recorded");
  const [waits] =
    await db.sql`select extract(epoch from claimed_until - clock_timestamp())::int as seconds, last_error
    from outgoing_mails where id = ${mailId}`;
  expect(must(waits)).toEqual({ seconds: 60, last_error: "no route" });
  await db.sql`update outgoing_mails set claimed_until = null where id = ${mailId}`;
  expect(await claimMails()).toMatchObject([{ mailId, attempt: 2 }]);
  expect((await answerOf("record_mail($1)", [mailId])).outcome).toBe("recorded");
  expect((await answerOf("record_mail($1)", [mailId])).outcome).toBe("already");
  expect((await answerOf("record_mail($1)", [randomUUID()])).outcome).toBe("not_found");
  await db.sql`update outgoing_mails set claimed_until = null where id = ${mailId}`;
  expect(await claimMails()).toEqual([]);
});

test.each(["claim_settlements", "claim_refunds", "claim_mails", "erase_due_orders"])(
  "%s takes 1 to its limit",
  async (name) => {
    for (const limit of [0, 10_001, null])
      expect(await sqlStateOf(answerOf(`${name}($1)`, [limit])), `${limit}`).toBe("HF001");
  },
);

const findings = async (orderId = payment.orderId) =>
  (
    (await answerOf("reconcile_stock()")).findings as {
      kind: string;
      orderId: string | null;
      reservationId: string | null;
    }[]
  )
    .filter((finding) => finding.orderId === orderId)
    .map(({ kind }) => kind);

test("reconcile_stock finds nothing amiss with what is pinned, sold or ended", async () => {
  expect(await findings()).toEqual([]);
  await settle(db.sql, payment.paymentId, paid(payment));
  expect(await findings()).toEqual([]);
  await hold(db.sql, shopperId, variantId);
  const ended = await pinCart(db.sql, shopperId);
  await settle(db.sql, ended.paymentId, expired, "expire");
  expect(await findings(ended.orderId)).toEqual([]);
});

test("reconcile_stock lists what somebody has to see to", async () => {
  await endWindow(601);
  expect(await findings()).toEqual(["payment_overdue"]);
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  const { refundId } = await askRefund(db.sql, payment.orderId, [
    refundLine(must(order.lines[0]).orderLineId, 1),
  ]);
  expect(await findings()).toEqual(["refund_undone", "restock_undecided"]);
  await recordRefund(db.sql, refundId, "succeeded");
  expect(await findings()).toEqual(["restock_undecided"]);
  await asSuperuser(
    db,
    (tx) => tx`update outgoing_mails set created_at = created_at - interval '2 h'
    where order_id = ${payment.orderId} and kind = 'confirmation'`,
  );
  expect(await findings()).toEqual(["mail_unsent", "restock_undecided"]);
});

test("reconcile_stock and the consistency check find what only a superuser can break", async () => {
  const order = await buyAnother();
  const broken = async (change: string, kind: string, drift?: string) => {
    await asSuperuser(db, async (tx) => {
      await tx.unsafe("savepoint before_it");
      await tx.unsafe(
        change.replaceAll(":order", `'${order.orderId}'`).replaceAll(":pinned", `'${payment.orderId}'`),
      );
      const [row] =
        await tx`select reconcile_stock() -> 'findings' as findings, validate_stock_consistency() as drift`;
      expect(
        (must(row).findings as { kind: string }[]).map((f) => f.kind),
        change,
      ).toContain(kind);
      if (drift)
        expect(
          (must(row).drift as { kind: string }[]).map((f) => f.kind),
          change,
        ).toContain(drift);
      await tx.unsafe("rollback to before_it");
    });
  };
  await broken(
    "update orders set status = 'pending', paid_at = null where id = :order",
    "paid_without_stock",
  );
  await broken(
    "update orders set status = 'refunded', refunded_at = now() where id = :order",
    "paid_without_stock",
  );
  await broken("update order_lines set location_id = null where order_id = :order", "paid_without_stock");
  await broken(
    "update payments set status = 'expired', received_cents = null, received_currency = null where order_id = :order",
    "stock_without_payment",
  );
  await broken(
    "update payments set status = 'expired', settled_at = now() where order_id = :pinned",
    "stock_without_payment",
  );
  await broken(
    "update stock_movements set delta = -1 where reason = (select 'sale ' || number from orders where id = :order)",
    "stock_without_payment",
    "sale_drift",
  );
  await asSuperuser(db, async (tx) => {
    await tx`savepoint before_it`;
    await tx`update order_lines set quantity = 1 where order_id = ${payment.orderId}`;
    const [row] = await tx`select validate_stock_consistency() as drift`;
    expect((must(row).drift as { kind: string }[]).map((f) => f.kind)).toContain("payment_without_hold");
    await tx`rollback to before_it`;
  });
});

async function buyAnother(): Promise<Order> {
  const other = newShopper();
  await hold(db.sql, other, variantId, 2);
  return buy(db.sql, other);
}

test("all payments are read page by page for the comparison with Stripe", async () => {
  await buyAnother();
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = (await answerOf("payments_to_reconcile($1, 3)", [after])).payments as (Payment & {
      orderStatus: string;
    })[];
    if (page.length === 0) break;
    seen.push(...page.map(({ paymentId }) => paymentId));
    after = must(page.at(-1)).paymentId;
  }
  const rows = await db.sql`select id from payments order by id`;
  expect(seen).toEqual(rows.map(({ id }) => id));
});
