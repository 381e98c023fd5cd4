import { afterEach, beforeEach, expect, test } from "vitest";
import { expired, type Payment, paid, pinCart, type Session, settle, unpaid } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
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
  setQuantity,
} from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// What no other test noticed of paying when `npm run mutate:db` took single guards away from what becomes of
// its holds when it ends.

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

const settled = (session: Session, after: "return" | "expire" = "return", of = payment) =>
  settle(db.sql, of.paymentId, session, after);
const soldHold = async () =>
  must(
    (
      await db.sql`select r.id, r.status, r.replaces_id, r.location_id from order_lines as l
        join reservations as r on r.id = l.reservation_id where l.order_id = ${payment.orderId}`
    )[0],
  );

const timesOf = async (reservationId: string) => {
  const [row] = await db.sql<{ expires_at: Date; max_expires_at: Date; paying_seconds: number }[]>`
    select expires_at, max_expires_at, paying_seconds from reservations where id = ${reservationId}`;
  return must(row);
};

test("back to the cart is back to one's own line of that variant at that location, of which there is one", async () => {
  await settled(expired);
  // What is like it in all but one thing, and there first.
  await hold(db.sql, newShopper(), variantId, 1);
  const otherVariant = await hold(db.sql, shopperId, await createVariant(db.sql, 5), 1);
  const second = await pinCart(db.sql, shopperId);
  await db.sql`update stock_levels set safety_stock = 9 where variant_id = ${variantId}`;
  const elsewhere = await addLocation(db.sql, variantId, 5, 9);
  const otherPlace = await hold(db.sql, shopperId, variantId, 1);
  expect(otherPlace.locationId).toBe(elsewhere);
  const other = await hold(db.sql, shopperId, await createVariant(db.sql, 5), 1);
  await settled(expired, "return", second);
  const { lines } = await cartOf(db.sql, shopperId);
  expect(lines.map(({ reservationId, quantity }) => [reservationId, quantity]).sort()).toEqual(
    [
      [mine.reservationId, 2],
      [otherVariant.reservationId, 1],
      [otherPlace.reservationId, 1],
      [other.reservationId, 1],
    ].sort(),
  );
  await db.sql`update stock_levels set safety_stock = 0 where variant_id = ${variantId}`;
});

test("back to the cart passes over a line that was given back before", async () => {
  const before = await hold(db.sql, shopperId, variantId, 1);
  await db.sql`select release_reservations(${shopperId}, array[${before.reservationId}]::uuid[])`;
  await settled(expired);
  expect((await cartOf(db.sql, shopperId)).lines).toMatchObject([{ reservationId: mine.reservationId }]);
});

test("a payment that ends leaves the furthest end of a hold where it was", async () => {
  const { max_expires_at: before } = await timesOf(mine.reservationId);
  await settled(expired);
  expect((await timesOf(mine.reservationId)).max_expires_at).toEqual(before);
  const second = await pinCart(db.sql, shopperId);
  await settled(expired, "expire", second);
  expect((await timesOf(mine.reservationId)).max_expires_at).toEqual(before);
});

test("two lines that become one end with the later, within the earlier maximum, and have been pinned as long as the longer", async () => {
  await settled(expired);
  await letTimePass(db, 300, shopperId);
  const second = await pinCart(db.sql, shopperId);
  const more = await hold(db.sql, shopperId, variantId, 1);
  const [earlier, later] = [await timesOf(mine.reservationId), await timesOf(more.reservationId)];
  await settled(expired, "return", second);
  const { paying_seconds, ...ends } = await timesOf(more.reservationId);
  expect(ends).toEqual({ expires_at: later.expires_at, max_expires_at: earlier.max_expires_at });
  expect(paying_seconds).toBeGreaterThan(200);
});

test("the longer time pinned is that of the line in the cart, where it is", async () => {
  const more = await hold(db.sql, shopperId, variantId, 1);
  await asSuperuser(
    db,
    (tx) => tx`update reservations set paying_seconds = 500 where id = ${more.reservationId}`,
  );
  await settled(expired);
  expect((await timesOf(more.reservationId)).paying_seconds).toBe(500);
});

test("two lines that become one have what is left, past the maximum if need be", async () => {
  await letTimePass(db, 12_000, shopperId);
  const more = await hold(db.sql, shopperId, variantId, 1);
  await letTimePass(db, 600, shopperId);
  await settled(expired);
  const { expires_at, max_expires_at } = await timesOf(more.reservationId);
  expect(expires_at.getTime() - Date.now()).toBeGreaterThan(800_000);
  expect(max_expires_at).toEqual(expires_at);
});

test.each(["return", "expire"] as const)(
  "money that comes wrong and late leaves the cart alone: %s",
  async (after) => {
    await settled(expired);
    const before = await rowOf(db.sql, mine.reservationId);
    expect((await settled(paid(payment, { amountCents: 1 }), after)).outcome).toBe("refund_due");
    expect(await rowOf(db.sql, mine.reservationId)).toEqual(before);
  },
);

test("money that comes wrong and late leaves alone what the next payment has pinned", async () => {
  await settled(expired);
  const next = await pinCart(db.sql, shopperId);
  expect((await settled(paid(payment, { amountCents: 1 }))).outcome).toBe("refund_due");
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("paying");
  expect((await settled(paid(next), "return", next)).outcome).toBe("sold");
  // An earlier payment for it that has ended is in nobody's way.
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("confirmed");
});

test("a late success does not revive a hold that has lapsed in the cart", async () => {
  await settled(expired);
  await letTimePass(db, 1000, shopperId);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("expired");
  expect(await soldHold()).toMatchObject({ status: "confirmed", replaces_id: mine.reservationId });
});

test("a late success leaves alone a smaller line, and other variants", async () => {
  await settled(expired);
  await setQuantity(db.sql, shopperId, mine.reservationId, 1);
  const other = await hold(db.sql, shopperId, await createVariant(db.sql, 9), 7);
  const beside = await hold(db.sql, newShopper(), variantId, 3);
  expect((await settled(paid(payment))).outcome).toBe("sold");
  const { lines } = await cartOf(db.sql, shopperId);
  expect(lines).toMatchObject([
    { reservationId: mine.reservationId, quantity: 1 },
    { reservationId: other.reservationId, quantity: 7 },
  ]);
  expect(await rowOf(db.sql, beside.reservationId)).toMatchObject({ status: "active", quantity: 3 });
});

test("what a late success takes out of a larger line replaces nothing: that line is there still", async () => {
  await settled(expired);
  await setQuantity(db.sql, shopperId, mine.reservationId, 4);
  await settled(paid(payment));
  expect(await soldHold()).toMatchObject({ status: "confirmed", replaces_id: null });
});

test("a late success takes units where the shop would take them first", async () => {
  await settled(expired, "expire");
  const first = await addLocation(db.sql, variantId, 5, -1);
  await settled(paid(payment));
  expect((await soldHold()).location_id).toBe(first);
});

test("nothing received for what has a price: nothing is owed, and the order is over", async () => {
  const answer = await settled({ status: "complete", paymentStatus: "no_payment_required" });
  expect(answer).toMatchObject({
    outcome: "refund_due",
    refundId: null,
    order: { status: "refunded", refunds: [] },
  });
});

test("only money that came twice alerts anybody", async () => {
  await settled(paid(payment));
  await settled({ ...unpaid, paymentIntentId: "pi_second" });
  expect(await db.sql`select kind from alerts where subject = ${payment.paymentId}`).toEqual([]);
});

test("a payment that is processing comes up for a look when it was to, however often that is said", async () => {
  const claimed = async () =>
    must((await db.sql`select claimed_until from payments where id = ${payment.paymentId}`)[0]).claimed_until;
  await settled(unpaid);
  const before = await claimed();
  await settled(unpaid);
  expect(await claimed()).toEqual(before);
});

test("an event about a payment that nobody knows yet may come again", async () => {
  const event = { id: `evt_${newShopper()}` };
  await settle(db.sql, newShopper(), paid(payment), "return", event);
  expect((await settle(db.sql, payment.paymentId, paid(payment), "return", event)).outcome).toBe("sold");
});
