import { afterEach, beforeEach, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  newShopper,
  release,
  setQuantity,
  sweep,
} from "../support/shop.ts";

const db = useTestDatabase();
let cheap = "";
let dear = "";
let shopperId = "";

beforeEach(async () => {
  cheap = await createVariant(db.sql, 9, { priceCents: 250 });
  dear = await createVariant(db.sql, 9, { priceCents: 199_999 });
  shopperId = newShopper();
});

afterEach(() => expectConsistent(db.sql));

test("an empty cart has a version, no lines and nothing to pay", async () => {
  const cart = await cartOf(db.sql, shopperId);
  expect(cart).toMatchObject({ lines: [], lapsed: [], totalQuantity: 0, totalCents: 0, currency: null });
  expect(cart.cartVersion).not.toBe("");
});

test("a cart is the shopper's live holds, oldest first, priced by the database", async () => {
  const first = await hold(db.sql, shopperId, dear, 3);
  const second = await hold(db.sql, shopperId, cheap, 2);
  await hold(db.sql, newShopper(), cheap, 1);
  const cart = await cartOf(db.sql, shopperId);
  expect(cart.lines).toMatchObject([
    { ...first, unitPriceCents: 199_999, currency: "EUR", productName: "Product" },
    { ...second, unitPriceCents: 250 },
  ]);
  expect(cart).toMatchObject({ totalQuantity: 5, totalCents: 600_497, currency: "EUR", lapsed: [] });
});

test("what was given back or is being paid is not in the cart", async () => {
  const paid = await hold(db.sql, shopperId, dear);
  const given = await hold(db.sql, shopperId, cheap);
  await db.sql`update reservations set status = 'paying' where id = ${paid.reservationId}`;
  await release(db.sql, shopperId, [given.reservationId]);
  expect(await cartOf(db.sql, shopperId)).toMatchObject({ lines: [], lapsed: [], totalCents: 0 });
});

test("of several lapsed holds of a variant the last is shown", async () => {
  await hold(db.sql, shopperId, cheap, 1);
  await letTimePass(db, 901, shopperId);
  const last = await hold(db.sql, shopperId, cheap, 2);
  await letTimePass(db, 901, shopperId);
  expect((await cartOf(db.sql, shopperId)).lapsed).toMatchObject([
    { reservationId: last.reservationId, variantId: cheap, quantity: 2 },
  ]);
});

test("a lapsed hold is not shown while its variant is held again", async () => {
  const old = await hold(db.sql, shopperId, cheap, 1);
  await hold(db.sql, shopperId, dear, 1);
  await letTimePass(db, 901, shopperId);
  const again = await hold(db.sql, shopperId, cheap, 1);
  const cart = await cartOf(db.sql, shopperId);
  expect(cart.lines.map((line) => line.reservationId)).toEqual([again.reservationId]);
  expect(cart.lapsed.map((line) => line.variantId)).toEqual([dear]);
  expect(again.reservationId).not.toBe(old.reservationId);
});

test.each(["released", "paying", "confirmed"])(
  "a hold that was held again and is %s is not offered once more",
  async (status) => {
    await hold(db.sql, shopperId, cheap, 1);
    await letTimePass(db, 901, shopperId);
    // Swept, so that the new hold does not name the old one.
    await sweep(db.sql);
    const { reservationId } = await hold(db.sql, shopperId, cheap, 1);
    if (status === "released") await release(db.sql, shopperId);
    else if (status === "confirmed") await buy(db.sql, shopperId);
    else await db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
    expect(await cartOf(db.sql, shopperId)).toMatchObject({ lines: [], lapsed: [] });
  },
);

test("what was given back before it lapsed again is offered again", async () => {
  await hold(db.sql, shopperId, cheap, 1);
  await release(db.sql, shopperId);
  const { reservationId } = await hold(db.sql, shopperId, cheap, 1);
  await letTimePass(db, 901, shopperId);
  expect((await cartOf(db.sql, shopperId)).lapsed).toMatchObject([{ reservationId }]);
});

test.each([true, false])(
  "a lapsed hold is shown for half an hour and no longer (swept: %s)",
  async (isSwept) => {
    await hold(db.sql, shopperId, cheap, 1);
    await letTimePass(db, 901, shopperId);
    if (isSwept) await sweep(db.sql);
    await letTimePass(db, 1700, shopperId);
    expect((await cartOf(db.sql, shopperId)).lapsed).toHaveLength(1);
    await letTimePass(db, 100, shopperId);
    expect((await cartOf(db.sql, shopperId)).lapsed).toEqual([]);
  },
);

test("the version changes with what would be paid", async () => {
  const seen = new Set([(await cartOf(db.sql, shopperId)).cartVersion]);
  const expectNew = async () => {
    const { cartVersion } = await cartOf(db.sql, shopperId);
    expect(seen.has(cartVersion)).toBe(false);
    seen.add(cartVersion);
  };
  const { reservationId } = await hold(db.sql, shopperId, cheap, 2);
  await expectNew();
  await setQuantity(db.sql, shopperId, reservationId, 1);
  await expectNew();
  await db.sql`update variants set price_cents = 300 where id = ${cheap}`;
  await expectNew();
  await db.sql`update variants set currency = 'USD' where id = ${cheap}`;
  await expectNew();
  await hold(db.sql, shopperId, dear, 1);
  await expectNew();
  await release(db.sql, shopperId, [reservationId]);
  await expectNew();
});

test("the version does not change with time, nor with other people's carts", async () => {
  await hold(db.sql, shopperId, cheap, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  await letTimePass(db, 60, shopperId);
  await extend(db.sql, shopperId);
  await hold(db.sql, newShopper(), cheap, 2);
  expect((await cartOf(db.sql, shopperId)).cartVersion).toBe(cartVersion);
});

test("the version changes when a hold lapses, though nobody touched it", async () => {
  await hold(db.sql, shopperId, cheap, 2);
  const { cartVersion } = await cartOf(db.sql, shopperId);
  await letTimePass(db, 901, shopperId);
  expect((await cartOf(db.sql, shopperId)).cartVersion).not.toBe(cartVersion);
});
