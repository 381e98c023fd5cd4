import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund } from "../support/refunds.ts";
import { asSuperuser, createVariant, hold, newShopper, release, setQuantity } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// What the figures of the shop's health do not count.

const db = useTestDatabase();

beforeEach(() => asSuperuser(db, (tx) => tx`truncate orders, reservation_trail, kept_refusals cascade`));

const figures = (): Promise<Record<string, number>> => answerOf(db.sql, "shop_health(false)");

/** A payment that was made, and ended where it has, so many minutes ago. */
async function addPayment(status: string, minutesAgo: number, { amountCents = 100, hasSession = true } = {}) {
  const id = randomUUID();
  const at = new Date(Date.now() - minutesAgo * 60_000);
  const isPaid = status === "succeeded";
  await asSuperuser(
    db,
    (tx) =>
      tx`insert into payments ${tx({
        id,
        order_id: randomUUID(),
        shopper_id: randomUUID(),
        status,
        amount_cents: amountCents,
        currency: "EUR",
        return_origin: "https://shop.example.test",
        session_expires_at: at,
        window_ends_at: at,
        session_id: hasSession ? `cs_${id}` : null,
        created_at: at,
        settled_at: isPaid || status === "failed" ? at : null,
        received_cents: isPaid ? amountCents : null,
        received_currency: isPaid ? "EUR" : null,
      })}`,
  );
  return id;
}

async function bought() {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  return buy(db.sql, shopperId);
}

test.each([
  ["paymentOverdueSeconds", "open", "processing"],
  ["paymentProcessingSeconds", "processing", "open"],
])("%s is told by payments of that state alone", async (figure, state, other) => {
  await addPayment(state, 30);
  await addPayment(other, 90);
  const seconds = (await figures())[figure];
  expect(seconds).toBeGreaterThanOrEqual(1_800);
  expect(seconds).toBeLessThan(3_600);
});

test("events are expected of money that came by Stripe, and each of its own payment", async () => {
  await addPayment("succeeded", 60);
  await addPayment("succeeded", 60, { amountCents: 0 });
  await addPayment("succeeded", 60, { hasSession: false });
  const failed = await addPayment("failed", 60);
  await db.sql`insert into payment_events (event_id, type, payment_id, outcome)
    values ('evt_1', 'checkout.session.async_payment_failed', ${failed}, 'failed')`;
  expect(await figures()).toMatchObject({ paymentsLastDay: 1, paymentsWithoutEvent: 1 });
});

test("refusals of past hours are over", async () => {
  await db.sql`insert into kept_refusals (variant_id, reason, hour, requests, units)
    select gen_random_uuid(), reason, date_trunc('hour', now()) - interval '2 hours', 1, 1
    from unnest(array['insufficient_stock', 'max_units_per_line']) as reason`;
  expect(await figures()).toMatchObject({ shortRefusals: 0, limitRefusals: 0 });
});

test("a mail that nobody has tried to send has not failed", async () => {
  await bought();
  expect(await figures()).toMatchObject({ mailsUnsent: 1, mailsFailed: 0 });
});

test("a refund that went through is done, beside one that did not", async () => {
  const { orderId } = await bought();
  const refund = () => askRefund(db.sql, orderId, [], { amountCents: 100 });
  await recordRefund(db.sql, (await refund()).refundId, "succeeded");
  await refund();
  expect(await figures()).toMatchObject({ refundsUndone: 1 });
});

test("what failed and went back in another way is done", async () => {
  const { orderId, totalCents } = await bought();
  const refund = async (status: "failed" | "succeeded") => {
    const { refundId } = await askRefund(db.sql, orderId, [], { amountCents: totalCents });
    expect((await recordRefund(db.sql, refundId, status)).outcome).toBe("recorded");
  };
  await refund("failed");
  expect(await figures()).toMatchObject({ refundsUndone: 1, refundsFailed: 1 });
  await refund("succeeded");
  expect(await figures()).toMatchObject({ refundsUndone: 0, refundsFailed: 0 });
});

test("a hold ends once: neither what changes before nor what is written after is an end", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  await setQuantity(db.sql, shopperId, reservationId, 2);
  expect((await figures()).endedLastHour).toBe(0);
  await release(db.sql, shopperId);
  await db.sql`update reservations set is_withdrawn = true where id = ${reservationId}`;
  expect((await figures()).endedLastHour).toBe(1);
});
