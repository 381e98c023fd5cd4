import { afterEach, beforeEach, expect, test } from "vitest";
import {
  expired,
  type Payment,
  paid,
  pinCart,
  type Session,
  settle,
  shipping,
  startCheckout,
  typeOrder,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import {
  asSuperuser,
  cartOf,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  rowOf,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// What no other test noticed of paying when `npm run mutate:db` took single guards away from its functions.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;
let payment: Payment;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** What refuses it: the constraint's name, or the SQLSTATE; "none" where nothing does. */
const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => "none",
    (error: { code: string; constraint_name?: string }) => error.constraint_name ?? error.code,
  );

test.each([
  ["payment_events_event_id_check", "''", "null"],
  ["payment_events_event_id_check", "repeat('e', 256)", "null"],
  ["payment_events_payment_id_fkey", "'evt_x'", "gen_random_uuid()"],
  ["payment_events_pkey", "'evt_1'", "null"],
])("%s: no event of %s, %s", async (refusal, id, paymentId) => {
  await db.sql`insert into payment_events (event_id, type, outcome) values ('evt_1', 't', 'noted') on conflict do nothing`;
  const typed = `insert into payment_events (event_id, type, outcome, payment_id) values (${id}, 't', 'x', ${paymentId})`;
  expect(await refusalOf(db.sql.unsafe(typed))).toBe(refusal);
});

test("a shopper has one unfinished payment at a time, for whatever order", async () => {
  const orderId = await typeOrder(db.sql, shopperId, variantId);
  const begin = db.sql`
    insert into payments (order_id, shopper_id, amount_cents, currency, return_origin, session_expires_at, window_ends_at)
    values (${orderId}, ${shopperId}, 1000, 'EUR', 'x', now(), now())`;
  expect(await refusalOf(begin)).toBe("payments_one_unfinished_per_shopper_idx");
  await settle(db.sql, payment.paymentId, paid(payment));
});

const settled = (session: Session, after: "return" | "expire" = "return", of = payment) =>
  settle(db.sql, of.paymentId, session, after);

test("an erased order of elsewhere stays erased", async () => {
  const orderId = await typeOrder(db.sql, newShopper(), variantId);
  await db.sql`update orders set erased_at = now() where id = ${orderId}`;
  expect(await sqlStateOf(db.sql`update orders set erased_at = null where id = ${orderId}`)).toBe("HF014");
  expect(await sqlStateOf(db.sql`update orders set email = 'a@b.test' where id = ${orderId}`)).toBe("HF014");
});

test("an address belongs to its payment: the same cart with the address of an earlier one is no repetition", async () => {
  await settled(expired);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const seen = { cartVersion, totalCents: 2000 + shipping };
  await startCheckout(db.sql, shopperId, { ...seen, details: { city: "Elsewhere" } });
  expect((await startCheckout(db.sql, shopperId, seen)).outcome).toBe("payment_open");
});

test("a payment that is processing is not begun again", async () => {
  await settled(expired);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const seen = { cartVersion, totalCents: 2000 + shipping };
  const second = must((await startCheckout(db.sql, shopperId, seen)).payment);
  await settled(unpaid, "return", second);
  expect((await startCheckout(db.sql, shopperId, seen)).outcome).toBe("payment_open");
});

test("only live lines are paid for", async () => {
  await hold(db.sql, shopperId, await createVariant(db.sql, 5), 1);
  await letTimePass(db, 901, shopperId);
  await settled(expired, "expire");
  const live = await hold(db.sql, shopperId, variantId, 1);
  const next = await pinCart(db.sql, shopperId);
  expect(next.lines).toHaveLength(1);
  expect((await rowOf(db.sql, live.reservationId)).status).toBe("paying");
});

test("what is priced in another currency is not paid for in the shop's", async () => {
  await settled(expired, "expire");
  const other = await createVariant(db.sql, 5);
  await db.sql`update variants set currency = 'USD' where id = ${other}`;
  await hold(db.sql, shopperId, other, 1);
  const { outcome, differences } = await startCheckout(db.sql, shopperId);
  expect(outcome).toBe("cart_changed");
  expect(must(differences).map((one) => one.variantId)).toContain(other);
});

test.each([
  ["version", [null, 2490, "https://shop.example.test"]],
  ["total", ["v", null, "https://shop.example.test"]],
  ["origin", ["v", 2490, null]],
  ["origin", ["v", 2490, ""]],
])("nobody starts to pay without a %s", async (_, [version, total, origin]) => {
  const details = {
    email: "a@b.test",
    name: "A",
    line1: "1",
    line2: null,
    postalCode: "1",
    city: "C",
    country: "DE",
  };
  const call = answerOf(db.sql, "start_checkout($1, $2, $3, $4, $5)", [
    newShopper(),
    version,
    total,
    details,
    origin,
  ]);
  expect(await sqlStateOf(call)).toBe("HF001");
});

test("a key answers with the order, where nothing was to be paid", async () => {
  const other = newShopper();
  await db.sql`update store_settings set shipping_cents = 0`;
  await hold(db.sql, other, await createVariant(db.sql, 2, { priceCents: 0 }));
  const { cartVersion } = await cartOf(db.sql, other);
  const { idempotencyKey: key, bodyHash } = newKey();
  const seen = { cartVersion, totalCents: 0, key, bodyHash };
  const first = await startCheckout(db.sql, other, seen);
  await db.sql`update store_settings set shipping_cents = ${shipping}`;
  expect(first.order).toBeDefined();
  const again = await startCheckout(db.sql, other, seen);
  expect(again).toMatchObject({ outcome: "paid", order: first.order });
  expect(again).not.toHaveProperty("payment");
});

test("a limit is answered without differences: the cart is as it was", async () => {
  await settled(expired);
  await asSuperuser(
    db,
    (tx) => tx`update reservations set paying_seconds = 3600 where id = ${mine.reservationId}`,
  );
  const answer = await startCheckout(db.sql, shopperId);
  expect(answer.outcome).toBe("limit_reached");
  expect(answer).not.toHaveProperty("differences");
});

const endWindow = (paymentId: string, seconds = 0) =>
  asSuperuser(
    db,
    (tx) =>
      tx`update payments set window_ends_at = clock_timestamp() - make_interval(secs => ${seconds}) where id = ${paymentId}`,
  );
const claim = async (limit: number, variants: string[] | null = null) =>
  ((await answerOf(db.sql, "claim_settlements($1, $2)", [limit, variants])).payments as Payment[]).map(
    (one) => one.paymentId,
  );

test("payments are claimed by their own lines, as many as are asked for, the longest over first, and no others are touched", async () => {
  await db.sql`update payments set claimed_until = 'infinity' where status in ('open', 'processing') and id <> ${payment.paymentId}`;
  const other = newShopper();
  const otherVariant = await createVariant(db.sql, 5);
  await hold(db.sql, other, otherVariant, 1);
  const second = await pinCart(db.sql, other);
  await endWindow(payment.paymentId, 60);
  expect(await claim(10, [otherVariant])).toEqual([]);
  const [row] = await db.sql`select claimed_until from payments where id = ${second.paymentId}`;
  await endWindow(second.paymentId, 30);
  expect(await claim(1)).toEqual([payment.paymentId]);
  expect(row?.claimed_until).toBeNull();
  const [untouched] = await db.sql`select claimed_until from payments where id = ${second.paymentId}`;
  expect(untouched?.claimed_until).toBeNull();
  const [lease] = await db.sql`select claimed_until < clock_timestamp() + interval '2 minutes' as is_short
    from payments where id = ${payment.paymentId}`;
  expect(lease?.is_short).toBe(true);
  expect(await claim(1)).toEqual([second.paymentId]);
});

test.each([0, 1001, null])("%s payments are not claimed", async (limit) => {
  expect(await sqlStateOf(claim(limit as number))).toBe("HF001");
});

test("an open payment is its shopper's", async () => {
  expect((await answerOf(db.sql, "open_payment($1)", [newShopper()])).outcome).toBe("none");
  expect((await answerOf(db.sql, "open_payment($1)", [shopperId])).payment.paymentId).toBe(payment.paymentId);
});
