import { expect, test } from "vitest";
import { expired, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { cartOf, hold, letTimePass, newShopper, stockOf } from "../support/shop.ts";
import { usePinnedCart } from "./pinned-cart.ts";

// What a payment that came to nothing leaves: the hold with its time, or free units.

const db = useTestDatabase();
const at = usePinnedCart(db);
const { settled, mails, statusOf } = at;

test("back to the cart: the hold has what it had left, however long it was pinned, past its maximum if need be", async () => {
  await letTimePass(db, 12_000, at.shopperId);
  await settled(expired);
  const [row] =
    await db.sql`select expires_at - clock_timestamp() > '14 min' as has_time, expires_at <= max_expires_at as fits
    from reservations where id = ${at.mine.reservationId}`;
  expect(row).toEqual({ has_time: true, fits: true });
});

test("back to the cart: two minutes at least", async () => {
  const other = newShopper();
  const { reservationId } = await hold(db.sql, other, at.variantId);
  await letTimePass(db, 890, other);
  await settle(db.sql, (await pinCart(db.sql, other)).paymentId, expired);
  const [row] = await db.sql`select extract(epoch from expires_at - ended.at)::int as seconds
    from reservations r, lateral (select at from audit_log where entity_id = r.id order by id desc limit 1) as ended
    where r.id = ${reservationId}`;
  expect(row?.seconds).toBe(120);
});

test("the window is over: the units are free, and the shopper sees what was lost", async () => {
  expect(await settled(expired, "expire")).toMatchObject({
    outcome: "ended",
    order: { status: "cancelled" },
  });
  expect(await statusOf(at.mine.reservationId)).toBe("expired");
  expect(await stockOf(db.sql, at.variantId)).toEqual({ on_hand: 5, reserved: 0 });
  expect((await cartOf(db.sql, at.shopperId)).lapsed).toMatchObject([
    { reservationId: at.mine.reservationId },
  ]);
  expect(await mails()).toEqual([]);
});

test("back to the cart meets a hold that was taken meanwhile: one line of both", async () => {
  const more = await hold(db.sql, at.shopperId, at.variantId, 1);
  await settled(expired);
  const { lines } = await cartOf(db.sql, at.shopperId);
  expect(lines).toMatchObject([{ reservationId: more.reservationId, quantity: 3 }]);
  expect(await statusOf(at.mine.reservationId)).toBe("released");
});

test("back to the cart meets a lapsed one: that one is expired, not revived", async () => {
  const more = await hold(db.sql, at.shopperId, at.variantId, 1);
  await letTimePass(db, 901, at.shopperId);
  await settled(expired);
  expect((await cartOf(db.sql, at.shopperId)).lines).toMatchObject([
    { reservationId: at.mine.reservationId, quantity: 2 },
  ]);
  expect(await statusOf(more.reservationId)).toBe("expired");
});
