import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type Order, paid } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine, retryRefund } from "../support/refunds.ts";
import { hold, must, newShopper, reserveBatch } from "../support/shop.ts";
import { releaseAsAdmin } from "./admin-calls.ts";
import { answerOf } from "./answers.ts";
import { usePinnedCart } from "./pinned-cart.ts";
import { waitingFor } from "./waiting.ts";

// Invariant 11: the clock is read after the locks. Whatever is told, or written, is of after the wait for them: who
// waited for three seconds would otherwise be told of a countdown that is three seconds off.

const db = useTestDatabase();
const at = usePinnedCart(db);

type Sold = { order: Order; line: string; refundId: string };
type Case = {
  name: string;
  /** Something else is done to the refund first. */
  before?: (sold: Sold) => Promise<unknown>;
  work: (session: Sql, sold: Sold) => Promise<unknown>;
  /** What the database wrote down as the time. */
  written?: (sold: Sold) => Promise<Date>;
};

const orderTime = (column: string) => async (_: Sold) =>
  (await db.sql.unsafe(`select ${column} as at from orders where id = $1`, [at.payment.orderId]))[0]?.at;
const refundTime = async ({ refundId }: Sold) =>
  (await db.sql`select settled_at as at from refunds where id = ${refundId}`)[0]?.at;
const outside = () => `re_${at.payment.paymentId}`;

const cases: Case[] = [
  {
    name: "record_refund",
    work: (session, { refundId }) => recordRefund(session, refundId, "succeeded"),
    written: refundTime,
  },
  {
    name: "retry_refund",
    before: ({ refundId }) => recordRefund(db.sql, refundId, "failed"),
    work: (session, { refundId }) => retryRefund(session, refundId),
  },
  {
    name: "request_refund",
    work: (session, { order }) => askRefund(session, order.orderId, [], { amountCents: 1 }),
  },
  {
    name: "record_outside_refund",
    work: (session) =>
      answerOf(session, "record_outside_refund($1, $2)", [
        `pi_${at.payment.paymentId}`,
        { refundId: outside(), amountCents: 1, status: "succeeded" },
      ]),
    written: async () =>
      (await db.sql`select settled_at as at from refunds where stripe_refund_id = ${outside()}`)[0]?.at,
  },
  {
    name: "decide_restock",
    work: (session, { refundId, line }) =>
      answerOf(session, "decide_restock($1, $2, true)", [refundId, line]),
    written: async ({ refundId }) =>
      (await db.sql`select decided_at as at from refund_lines where refund_id = ${refundId}`)[0]?.at,
  },
  {
    name: "mark_shipped",
    work: (session, { order }) => answerOf(session, "mark_shipped($1)", [order.orderId]),
    written: orderTime("shipped_at"),
  },
  {
    name: "cancel_order",
    work: (session, { order }) => answerOf(session, "cancel_order($1)", [order.orderId]),
    written: orderTime("cancelled_at"),
  },
  {
    name: "record_dispute",
    work: (session) =>
      answerOf(session, "record_dispute($1, $2)", [`pi_${at.payment.paymentId}`, randomUUID()]),
    written: orderTime("disputed_at"),
  },
];

test.each(cases)("$name tells and writes the time at which it had the order", async (one) => {
  const { order } = await at.settled(paid(at.payment));
  const line = must(order.lines[0]).orderLineId;
  const { refundId } = await askRefund(db.sql, order.orderId, [refundLine(line, 1)]);
  const sold = { order, line, refundId: must(refundId) };
  await one.before?.(sold);
  const { result, hadUntil } = await waitingFor(db, "orders where id", order.orderId, (session) =>
    one.work(session, sold),
  );
  expect(new Date((result as { serverNow: string }).serverNow) >= hadUntil).toBe(true);
  if (one.written) expect((await one.written(sold)) >= hadUntil).toBe(true);
});

test.each(["recorded", "payment_ended"])(
  "record_session tells the time at which it had the order: %s",
  async (outcome) => {
    if (outcome === "payment_ended") await at.settled({ status: "expired", paymentStatus: "unpaid" });
    const record = (session: Sql) =>
      answerOf(session, "record_session($1, $2, 'https://pay.example.test')", [
        at.payment.paymentId,
        `cs_${at.payment.paymentId}`,
      ]);
    const { result, hadUntil } = await waitingFor(db, "orders where id", at.payment.orderId, record);
    expect(result.outcome).toBe(outcome);
    expect(new Date(result.serverNow) >= hadUntil).toBe(true);
  },
);

test("an order of elsewhere is sold at the time at which it had the units", async () => {
  const record = (session: Sql) =>
    answerOf(session, "record_paid_order('phone', '{}', $1, $2)", [
      [{ variantId: at.variantId, quantity: 1 }],
      { amountCents: 1000, currency: "EUR", paymentIntentId: null },
    ]);
  const { result, hadUntil } = await waitingFor(db, "stock_levels where variant_id", at.variantId, record);
  expect(new Date(result.serverNow) >= hadUntil).toBe(true);
  const [row] = await db.sql`select paid_at as at from orders where id = ${result.order.orderId}`;
  expect(must(row).at >= hadUntil).toBe(true);
});

test("a hold that an admin takes back ends at the time at which its units were there to give back", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), at.variantId);
  const { hadUntil } = await waitingFor(db, "stock_levels where variant_id", at.variantId, (session) =>
    releaseAsAdmin(session, reservationId, "Wanted for the window"),
  );
  const [row] = await db.sql`select ended_at as at from reservations where id = ${reservationId}`;
  expect(must(row).at >= hadUntil).toBe(true);
});

test.each([
  ["alone", []],
  ["in a batch", [{}]],
  ["in a batch that takes the whole way", [{ quantityMode: "set" as const }]],
])(
  "who takes units %s has them for as long as from the time at which they were there to take",
  async (_, others) => {
    const ask = (how: object) => ({
      shopperId: newShopper(),
      lines: [{ variantId: at.variantId, quantity: 1 }],
      ...how,
    });
    const requests = [{}, ...others].map(ask);
    const { result, hadUntil } = await waitingFor(
      db,
      "stock_levels where variant_id",
      at.variantId,
      (session) => reserveBatch(session, requests),
    );
    for (const { lines } of result) {
      const { heldAt, expiresAt, durationSeconds } = must(lines[0]?.reservation);
      expect(new Date(heldAt) >= hadUntil).toBe(true);
      expect(Date.parse(expiresAt) - Date.parse(heldAt)).toBe(durationSeconds * 1000);
    }
  },
);
