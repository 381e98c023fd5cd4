import { expect, test } from "vitest";
import { newGuest } from "../support/api-client.ts";
import { createVariant, must } from "../support/shop.ts";
import { between, lapse, pin, useShopFloor } from "./shop-floor.ts";

const sql = useShopFloor();

test("a stranger's cart is empty, and looking at it makes nobody a guest", async () => {
  const stranger = newGuest();
  const cart = await stranger.cart();
  expect(cart).toMatchObject({ lines: [], lapsed: [], totalQuantity: 0, totalCents: 0, currency: null });
  expect(stranger.cookie).toBeNull();
});

test("the cart is the shopper's live holds, oldest first, with what they cost", async () => {
  const cheap = await createVariant(sql, 5, { priceCents: 250 });
  const dear = await createVariant(sql, 5, { priceCents: 9_900 });
  const guest = newGuest();
  const first = await guest.hold(cheap, 3);
  const second = await guest.hold(dear, 1);
  const cart = await guest.cart();
  expect(cart.lines.map(({ reservationId }) => reservationId)).toEqual([
    first.reservation.reservationId,
    second.reservation.reservationId,
  ]);
  expect(cart.lines[0]).toMatchObject({ ...first.reservation, unitPriceCents: 250, currency: "EUR" });
  expect(cart).toMatchObject({ totalQuantity: 4, totalCents: 3 * 250 + 9_900, currency: "EUR", lapsed: [] });
  expect(between(cart.serverNow, must(cart.lines[0]).expiresAt)).toBeLessThanOrEqual(900_000);
});

test("the cart's version changes with a line, a quantity and a price, and with nothing else", async () => {
  const variantId = await createVariant(sql, 5);
  const guest = newGuest();
  const versions = [(await guest.cart()).cartVersion];
  const { reservation } = await guest.hold(variantId);
  versions.push((await guest.cart()).cartVersion);
  await guest.hold(variantId);
  versions.push((await guest.cart()).cartVersion);
  await sql`update variants set price_cents = 1100 where id = ${variantId}`;
  versions.push((await guest.cart()).cartVersion);
  expect(new Set(versions).size).toBe(versions.length);
  await guest.change({ action: "extend", reservationId: reservation.reservationId });
  expect((await guest.cart()).cartVersion).toBe(versions.at(-1));
});

test("a hold whose time ran out leaves the lines at once and is shown as lapsed until it is held again", async () => {
  const variantId = await createVariant(sql, 5);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId, 2);
  await lapse(sql, reservation.reservationId);
  const lapsed = await guest.cart();
  expect(lapsed).toMatchObject({ lines: [], totalQuantity: 0, totalCents: 0, currency: null });
  expect(lapsed.lapsed).toMatchObject([{ reservationId: reservation.reservationId, variantId, quantity: 2 }]);
  expect(between(must(lapsed.lapsed[0]).expiredAt, lapsed.serverNow)).toBeGreaterThan(0);
  await guest.hold(variantId);
  expect(await guest.cart()).toMatchObject({ lapsed: [], totalQuantity: 1 });
});

test("a hold that is being paid belongs to its order and is not in the cart", async () => {
  const variantId = await createVariant(sql, 1);
  const guest = newGuest();
  const { reservation } = await guest.hold(variantId);
  await pin(sql, reservation.reservationId);
  expect(await guest.cart()).toMatchObject({ lines: [], lapsed: [], totalQuantity: 0 });
});

test("nobody sees the holds of others", async () => {
  const variantId = await createVariant(sql, 5);
  await newGuest().hold(variantId);
  const other = newGuest();
  const mine = await other.hold(variantId, 2);
  const { lines } = await other.cart();
  expect(lines.map(({ reservationId }) => reservationId)).toEqual([mine.reservation.reservationId]);
});
