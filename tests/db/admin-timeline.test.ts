import { afterEach, beforeEach, expect, test } from "vitest";
import { paid, pinCart, settle } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  release,
} from "../support/shop.ts";
import { adminId, clock, releaseAsAdmin, saveProduct, timelineOf } from "./admin-calls.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5, { safetyStock: 1 });
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});
afterEach(() => expectConsistent(db.sql));

const now = () => clock(db.sql);
const at = async (instant: string) => (await timelineOf(db.sql, variantId, instant)).levels;

test("what there was at each instant: on hand, held, being paid, kept back, and what was left", async () => {
  const moments = [await now()];
  const first = newShopper();
  await hold(db.sql, first, variantId, 2);
  moments.push(await now());
  await hold(db.sql, newShopper(), variantId, 2);
  moments.push(await now());
  const payment = await pinCart(db.sql, first);
  moments.push(await now());
  await settle(db.sql, payment.paymentId, paid(payment));
  moments.push(await now());
  await db.sql`update stock_levels set safety_stock = 0 where variant_id = ${variantId}`;
  moments.push(await now());
  const level = {
    locationCode: "main",
    onHand: 5,
    safetyStock: 1,
    payingUnits: 0,
    payments: 0,
    lapsedUnits: 0,
  };
  const seen = [];
  for (const moment of moments) seen.push(await at(moment));
  expect(seen).toEqual([
    [{ ...level, heldUnits: 0, holds: 0, available: 4 }],
    [{ ...level, heldUnits: 2, holds: 1, available: 2 }],
    [{ ...level, heldUnits: 4, holds: 2, available: 0 }],
    [{ ...level, heldUnits: 2, holds: 1, payingUnits: 2, payments: 1, available: 0 }],
    [{ ...level, onHand: 3, heldUnits: 2, holds: 1, available: 0 }],
    [{ ...level, onHand: 3, safetyStock: 0, heldUnits: 2, holds: 1, available: 1 }],
  ]);
});

test("a hold whose time was over blocked nobody, though nothing had marked it yet", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 3);
  await db.sql`update reservations set expires_at = clock_timestamp() where id = ${reservationId}`;
  expect(await at(await now())).toMatchObject([{ heldUnits: 0, holds: 0, lapsedUnits: 3, available: 4 }]);
});

test("each location for itself; before it was kept there, there was no level", async () => {
  const before = await now();
  const elsewhere = await addLocation(db.sql, variantId, 8, 9);
  const [row] = await db.sql<{ code: string }[]>`select code from locations where id = ${elsewhere}`;
  expect(await at(before)).toMatchObject([{ locationCode: "main", onHand: 5 }]);
  expect(await at(await now())).toMatchObject([
    { locationCode: "main", onHand: 5 },
    { locationCode: must(row).code, onHand: 8, available: 8 },
  ]);
});

test("what happened around it, in order, with the reasons: holds, stock, and what admins did", async () => {
  const shopperId = newShopper();
  const kept = await hold(db.sql, shopperId, variantId, 1);
  const taken = await hold(db.sql, newShopper(), variantId, 1);
  await db.sql`select admin_adjust_stock(${variantId}, ${main}, 2, 'Found two', false, ${adminId})`;
  await releaseAsAdmin(db.sql, taken.reservationId, "Wanted for the window");
  await release(db.sql, shopperId);
  const [row] = await db.sql<{ id: string }[]>`select product_id as id from variants where id = ${variantId}`;
  await saveProduct(db.sql, { isPublished: false }, must(row).id);
  const { events, left, isPublished } = await timelineOf(db.sql, variantId);
  expect(events.map((event) => `${event.entity} ${event.actor} ${event.cause} ${event.reason}`)).toEqual([
    "product database sql null",
    "variant database sql null",
    "stock_level database sql sql",
    "reservation shopper reserve null",
    "reservation shopper reserve null",
    "stock_level admin adjust Found two",
    "reservation admin release Wanted for the window",
    "reservation shopper release null",
    "product admin edit null",
  ]);
  expect(events[3]?.reservationId).toBe(kept.reservationId);
  expect({ left, isPublished }).toEqual({ left: 0, isPublished: false });
});

test("only so many events, those nearest to the instant, and it says how many more there are", async () => {
  const moments: string[] = [];
  for (let i = 0; i < 4; i++) {
    await hold(db.sql, newShopper(), variantId, 1);
    moments.push(await now());
  }
  const { events, left } = await timelineOf(db.sql, variantId, must(moments[3]), 60, 2);
  expect(events.map(({ entity }) => entity)).toEqual(["reservation", "reservation"]);
  expect(Date.parse(must(events[0]).at)).toBeGreaterThanOrEqual(Date.parse(must(moments[1])));
  expect(left).toBe(5);
});

test("published or not is told as it was then", async () => {
  const [row] = await db.sql<{ id: string }[]>`
    update products set published_at = '2026-01-01'
    where id = (select product_id from variants where id = ${variantId}) returning id`;
  const shown = await now();
  await saveProduct(db.sql, { isPublished: false }, must(row).id);
  const hidden = await now();
  await saveProduct(db.sql, { isPublished: true }, must(row).id);
  const isPublished = async (instant: string) => (await timelineOf(db.sql, variantId, instant)).isPublished;
  expect([await isPublished(shown), await isPublished(hidden), await isPublished(await now())]).toEqual([
    true,
    false,
    true,
  ]);
});

test("an instant ahead is now; an unknown variant is none; spans and limits are bounded", async () => {
  const { at: told } = await timelineOf(db.sql, variantId, "2100-01-01T00:00:00Z");
  expect(Date.parse(told)).toBeLessThanOrEqual(Date.parse(await now()));
  expect(await timelineOf(db.sql, newShopper())).toMatchObject({ outcome: "not_found" });
  for (const [minutes, limit] of [
    [0, 1],
    [1441, 1],
    [1, 0],
    [1, 501],
  ] as const) {
    expect(await sqlStateOf(timelineOf(db.sql, variantId, null, minutes, limit))).toBe("HF001");
  }
});
