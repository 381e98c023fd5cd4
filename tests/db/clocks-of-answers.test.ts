import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { buy, failed, paid, settle, startCheckout, unpaid } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { askRefund } from "../support/refunds.ts";
import { asSuperuser, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { usePinnedCart } from "./pinned-cart.ts";
import { begin, commit, startBlocked, transfer } from "./sessions.ts";
import { waitingFor } from "./waiting.ts";

// Invariant 11, as in clocks.test.ts: a shopper's countdown begins with the time that an answer tells, so that is of
// after the wait, also where nothing else came of it.

const db = useTestDatabase();
const at = usePinnedCart(db);

type Told = { serverNow: string };
const levelRows = "stock_levels where variant_id";
const shopperRow = "shoppers where id";
const orderRow = "orders where id";
const isOfThen = (result: Told, hadUntil: Date) => new Date(result.serverNow) >= hadUntil;

test.each([
  ["paid", () => paid(at.payment)],
  ["failed", () => failed],
])("a payment is settled at the time at which its units were there: %s", async (_, session) => {
  const { result, hadUntil } = await waitingFor(db, levelRows, at.variantId, (sql) =>
    settle(sql, at.payment.paymentId, session()),
  );
  expect(isOfThen(result, hadUntil)).toBe(true);
  const [row] = await db.sql`select settled_at as at from payments where id = ${at.payment.paymentId}`;
  expect(must(row).at >= hadUntil).toBe(true);
});

test("money on its way is looked after a quarter of an hour after it was told of", async () => {
  const { result, hadUntil } = await waitingFor(db, orderRow, at.payment.orderId, (sql) =>
    settle(sql, at.payment.paymentId, unpaid),
  );
  expect(result.outcome).toBe("processing");
  expect(isOfThen(result, hadUntil)).toBe(true);
  const [row] = await db.sql`
    select claimed_until - interval '15 min' as at from payments where id = ${at.payment.paymentId}`;
  expect(must(row).at >= hadUntil).toBe(true);
});

test("a window to pay begins when the units are there to pin", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, at.variantId);
  const { result, hadUntil } = await waitingFor(db, levelRows, at.variantId, (sql) =>
    startCheckout(sql, shopperId),
  );
  expect(result.outcome).toBe("pinned");
  expect(isOfThen(result as unknown as Told, hadUntil)).toBe(true);
});

test("who goes on paying is told the time at which it was their turn", async () => {
  const { result, hadUntil } = await waitingFor(db, shopperRow, at.shopperId, (sql) =>
    startCheckout(sql, at.shopperId),
  );
  expect(result.outcome).toBe("payment_open");
  expect(isOfThen(result as unknown as Told, hadUntil)).toBe(true);
});

test("a window that ends while they wait is not gone on with", async () => {
  const sees = async (sql: Sql) =>
    (await answerOf(sql, "start_checkout($1, $2, $3, $4, 'https://shop.example.test')", await pinned()))
      .outcome;
  const pinned = async () => {
    const [row] = await db.sql`
      select o.cart_version, o.total_cents::int, jsonb_build_object('email', o.email, 'name', o.ship_name, 'line1', o.ship_line1,
        'postalCode', o.ship_postal_code, 'city', o.ship_city, 'country', o.ship_country) as details
      from orders o where o.id = ${at.payment.orderId}`;
    return [at.shopperId, must(row).cart_version, must(row).total_cents, must(row).details];
  };
  expect(await sees(db.sql)).toBe("pinned");
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first`select 1 from shoppers where id = ${at.shopperId} for no key update`;
  const waiting = await startBlocked(db, second, sees);
  await asSuperuser(
    db,
    (tx) => tx`update payments set window_ends_at = clock_timestamp() where id = ${at.payment.paymentId}`,
  );
  await commit(first);
  expect(await waiting.result).toBe("payment_open");
});

test("what is given back again under its key tells the time of now", async () => {
  const { idempotencyKey, bodyHash } = newKey();
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, at.variantId);
  const release = (sql: Sql) =>
    answerOf(sql, "release_reservations($1, $2, 'partial', $3, $4)", [
      shopperId,
      [reservationId],
      idempotencyKey,
      bodyHash,
    ]);
  const first = await waitingFor(db, levelRows, at.variantId, release);
  expect(first.result.released).toBe(1);
  expect(isOfThen(first.result, first.hadUntil)).toBe(true);
  const again = await waitingFor(db, shopperRow, shopperId, release);
  expect(again.result.released).toBe(1);
  expect(isOfThen(again.result, again.hadUntil)).toBe(true);
});

test("a checkout that is asked for again under its key tells the time of now", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, at.variantId);
  const { idempotencyKey: key, bodyHash } = newKey();
  const { cartVersion, totalCents } = await answerOf(db.sql, "get_cart($1)", [shopperId]);
  const seen = { cartVersion, totalCents: totalCents + 490, key, bodyHash };
  expect((await startCheckout(db.sql, shopperId, seen)).outcome).toBe("pinned");
  const { result, hadUntil } = await waitingFor(db, shopperRow, shopperId, (sql) =>
    startCheckout(sql, shopperId, seen),
  );
  expect(result.outcome).toBe("pinned");
  expect(isOfThen(result as unknown as Told, hadUntil)).toBe(true);
});

test("units that a refund of money alone brings back are decided about when the order is nobody else's", async () => {
  const { order } = await at.settled(paid(at.payment));
  const { refundId } = await askRefund(db.sql, order.orderId, [], { amountCents: 1_000 });
  const { orderLineId } = must(order.lines[0]);
  const { result, hadUntil } = await waitingFor(db, orderRow, order.orderId, (sql) =>
    answerOf(sql, "decide_restock($1, $2, true, 1)", [refundId, orderLineId]),
  );
  expect(result.outcome).toBe("decided");
  const [row] = await db.sql`select decided_at as at from refund_lines where refund_id = ${must(refundId)}`;
  expect(must(row).at >= hadUntil).toBe(true);
});

test("an order that somebody else is entering is answered with the time of after", async () => {
  const intent = `pi_${randomUUID()}`;
  const enter = (sql: Sql) =>
    answerOf(sql, "record_paid_order('phone', '{}', $1, $2)", [
      [{ variantId: at.variantId, quantity: 1 }],
      { amountCents: 1000, currency: "EUR", paymentIntentId: intent },
    ]);
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await enter(first);
  const waiting = await startBlocked(db, second, enter);
  const [clock] = await db.sql<{ now: Date }[]>`select clock_timestamp() as now`;
  await commit(first);
  const result = await waiting.result;
  expect(result.outcome).toBe("already");
  expect(isOfThen(result, must(clock).now)).toBe(true);
});

test("a sign-in is told with the time at which it had what the guest held", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  await hold(db.sql, guest, at.variantId);
  await buy(db.sql, guest);
  await hold(db.sql, guest, at.variantId);
  const { result, hadUntil } = await waitingFor(db, levelRows, at.variantId, (sql) =>
    transfer(sql, guest, user),
  );
  expect(isOfThen(result as unknown as Told, hadUntil)).toBe(true);
});
