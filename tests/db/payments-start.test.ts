import { afterEach, beforeEach, expect, test } from "vitest";
import {
  buy,
  details,
  expired,
  patiently,
  pinCart,
  settle,
  shipping,
  startCheckout,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// Starting to pay decides and pins in one transaction.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";

beforeEach(async () => {
  await db.sql`update store_settings set shipping_cents = ${shipping}, payment_window_seconds = 900,
    max_paying_seconds = 3600, min_returned_seconds = 120`;
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("pins every hold of the cart, with an order of what it is made of", async () => {
  const first = await hold(db.sql, shopperId, variantId, 2);
  const other = await createVariant(db.sql, 5, { priceCents: 250 });
  const second = await hold(db.sql, shopperId, other, 3);
  const { outcome, isNew, payment } = await startCheckout(db.sql, shopperId);
  expect({ outcome, isNew }).toEqual({ outcome: "pinned", isNew: true });
  expect(payment).toMatchObject({
    shopperId,
    status: "open",
    amountCents: 2 * 1000 + 3 * 250 + shipping,
    currency: "EUR",
    sessionId: null,
    email: details.email,
    returnOrigin: "https://shop.example.test",
    shippingCents: shipping,
    lines: [
      { name: "Product – Variant", quantity: 2, unitPriceCents: 1000, imagePath: "/holdfast.svg" },
      { name: "Product – Variant", quantity: 3, unitPriceCents: 250, imagePath: "/holdfast.svg" },
    ],
  });
  for (const { reservationId } of [first, second])
    expect((await rowOf(db.sql, reservationId)).status).toBe("paying");
  expect((await cartOf(db.sql, shopperId)).lines).toEqual([]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
  const [row] = await db.sql`select status, extract(epoch from window_ends_at - created_at)::int as seconds,
    session_expires_at >= created_at + '35 minutes'::interval as is_long from payments where id = ${must(payment).paymentId}`;
  expect(row).toEqual({ status: "open", seconds: 900, is_long: true });
});

test("the shopper's first glance counts: another version or another total is answered with what is there", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  expect(await startCheckout(db.sql, shopperId, { cartVersion: "another" })).toMatchObject({
    outcome: "cart_changed",
    cartVersion,
    totalCents: 2000 + shipping,
    differences: [],
  });
  expect((await startCheckout(db.sql, shopperId, { totalCents: 2000 })).outcome).toBe("cart_changed");
  await db.sql`update variants set price_cents = 1001 where id = ${variantId}`;
  expect(await startCheckout(db.sql, shopperId, { cartVersion, totalCents: 2000 + shipping })).toMatchObject({
    outcome: "cart_changed",
    totalCents: 2002 + shipping,
  });
  expect(await db.sql`select 1 from orders where shopper_id = ${shopperId}`).toHaveLength(0);
  expect((await cartOf(db.sql, shopperId)).lines).toHaveLength(1);
});

test("what was lost meanwhile, or is not for sale any more, is said by name", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  await letTimePass(db, 901, shopperId);
  expect(await startCheckout(db.sql, shopperId, { cartVersion })).toMatchObject({
    outcome: "cart_empty",
    differences: [{ variantId, change: "gone", before: 2 }],
  });
  const other = await createVariant(db.sql, 5);
  await hold(db.sql, shopperId, other);
  await db.sql`update products set published_at = null where id = (select product_id from variants where id = ${other})`;
  const answer = await startCheckout(db.sql, shopperId);
  expect(answer.outcome).toBe("cart_changed");
  expect(
    must(answer.differences)
      .map((d) => d.variantId)
      .sort(),
  ).toEqual([variantId, other].sort());
});

test("an empty cart starts nothing, whoever asks", async () => {
  expect((await startCheckout(db.sql, newShopper())).outcome).toBe("cart_empty");
});

test("the same cart again is the same payment; another address, another cart or an over window have to end it first", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const seen = { cartVersion, totalCents: 2000 + shipping };
  const payment = must((await startCheckout(db.sql, shopperId, seen)).payment);
  expect(await startCheckout(db.sql, shopperId, seen)).toMatchObject({
    outcome: "pinned",
    isNew: false,
    payment,
  });
  const open = { outcome: "payment_open", paymentId: payment.paymentId };
  expect(await startCheckout(db.sql, shopperId, { ...seen, details: { city: "Elsewhere" } })).toMatchObject(
    open,
  );
  expect(await startCheckout(db.sql, shopperId, { ...seen, cartVersion: "x" })).toMatchObject(open);
  expect(await startCheckout(db.sql, shopperId, { ...seen, totalCents: 1 })).toMatchObject(open);
  await db.sql`alter table payments disable trigger payments_are_fixed`;
  await db.sql`update payments set window_ends_at = clock_timestamp() where id = ${payment.paymentId}`;
  await db.sql`alter table payments enable trigger payments_are_fixed`;
  expect(await startCheckout(db.sql, shopperId, seen)).toMatchObject(open);
});

test("a key answers with the payment as it is by then; with another body it is refused", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const { idempotencyKey: key, bodyHash } = newKey();
  const seen = { cartVersion, totalCents: 2000 + shipping, key, bodyHash };
  const first = must((await startCheckout(db.sql, shopperId, seen)).payment);
  await db.sql`select record_session(${first.paymentId}, ${`cs_${first.paymentId}`}, 'https://pay.example.test')`;
  expect(await startCheckout(db.sql, shopperId, seen)).toMatchObject({
    outcome: "pinned",
    isNew: false,
    payment: { paymentId: first.paymentId, sessionUrl: "https://pay.example.test" },
  });
  expect((await startCheckout(db.sql, shopperId, { ...seen, bodyHash: "0".repeat(64) })).outcome).toBe(
    "idempotency_mismatch",
  );
  await settle(db.sql, first.paymentId, expired);
  expect((await startCheckout(db.sql, shopperId, seen)).payment?.status).toBe("expired");
});

test("two tabs at once start one payment", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  const answers = await Promise.all(
    db
      .connect(20)
      .map((s) => patiently(() => startCheckout(s, shopperId, { cartVersion, totalCents: 2000 + shipping }))),
  );
  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(answers.map(({ payment }) => payment?.paymentId)).size).toBe(1);
  expect(await db.sql`select 1 from orders where shopper_id = ${shopperId}`).toHaveLength(1);
});

test("all windows of a hold together are capped, and the window is no longer than what is left", async () => {
  await db.sql`update store_settings set max_paying_seconds = 300`;
  await hold(db.sql, shopperId, variantId, 2);
  for (const seconds of [300, 180]) {
    const payment = await pinCart(db.sql, shopperId);
    const [row] = await db.sql`select extract(epoch from window_ends_at - created_at)::int as seconds
      from payments where id = ${payment.paymentId}`;
    expect(row?.seconds).toBe(seconds);
    await settle(db.sql, payment.paymentId, expired);
  }
  expect(await startCheckout(db.sql, shopperId)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_paying_seconds", value: 300 },
  });
  // Who holds it anew has a hold of its own time.
  await db.sql`select release_reservations(${shopperId})`;
  await reserve(db.sql, shopperId, variantId, 2);
  await pinCart(db.sql, shopperId);
});

test("where nothing is to be paid, the order is sold at once", async () => {
  await db.sql`update store_settings set shipping_cents = 0`;
  const gift = await createVariant(db.sql, 2, { priceCents: 0 });
  await hold(db.sql, shopperId, gift);
  const answer = await startCheckout(db.sql, shopperId, { totalCents: 0 });
  expect(answer).toMatchObject({
    outcome: "paid",
    order: { status: "paid", totalCents: 0, paymentStatus: "succeeded" },
  });
  expect(await stockOf(db.sql, gift)).toEqual({ on_hand: 1, reserved: 0 });
});

test("prices are those of that moment, whatever they become", async () => {
  await hold(db.sql, shopperId, variantId, 2);
  const order = await buy(db.sql, shopperId);
  await db.sql`update variants set price_cents = 1 where id = ${variantId}`;
  expect(order.lines).toMatchObject([{ variantId, quantity: 2, unitPriceCents: 1000 }]);
});
