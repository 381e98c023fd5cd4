import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  availabilityOf,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  reserveBatch,
  rowOf,
  stockOf,
} from "../support/shop.ts";

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});

afterEach(() => expectConsistent(db.sql));

/** Units reserved per location. */
async function reservedAt(...locationIds: string[]): Promise<number[]> {
  const rows = await db.sql<{ location_id: string; reserved: number }[]>`
    select location_id, reserved from stock_levels where variant_id = ${variantId}`;
  return locationIds.map((id) => must(rows.find((row) => row.location_id === id)).reserved);
}

test("the first location by priority that covers a line gives it", async () => {
  const before = await addLocation(db.sql, variantId, 2, -1);
  const after = await addLocation(db.sql, variantId, 9, 1);
  expect((await hold(db.sql, newShopper(), variantId, 2)).locationId).toBe(before);
  expect((await hold(db.sql, newShopper(), variantId, 2)).locationId).toBe(main);
  expect((await hold(db.sql, newShopper(), variantId, 4)).locationId).toBe(after);
  expect((await hold(db.sql, newShopper(), variantId, 1)).locationId).toBe(main);
});

test("a line is never split: what no location covers alone is refused with the most that one can give", async () => {
  const other = await addLocation(db.sql, variantId, 7, 1);
  const answer = await reserve(db.sql, newShopper(), variantId, 8);
  expect(answer).toMatchObject({ outcome: "insufficient_stock", available: 7, shortfall: 1 });
  expect(await reservedAt(main, other)).toEqual([0, 0]);
  expect((await availabilityOf(db.sql, variantId)).available).toBe(7);
});

test("partial takes what the best location can give, from it alone", async () => {
  const other = await addLocation(db.sql, variantId, 7, 1);
  const [answer] = await reserveBatch(db.sql, [
    { shopperId: newShopper(), mode: "partial", lines: [{ variantId, quantity: 12 }] },
  ]);
  expect(answer?.lines[0]).toMatchObject({ shortfall: 5, reservation: { quantity: 7, locationId: other } });
});

test("adding moves the line as one parcel when its location cannot cover it and another can", async () => {
  const other = await addLocation(db.sql, variantId, 7, 1);
  const shopperId = newShopper();
  const first = await hold(db.sql, shopperId, variantId, 4);
  expect(first.locationId).toBe(main);

  const moved = await reserve(db.sql, shopperId, variantId, 2);

  expect(moved).toMatchObject({ outcome: "held", replacesId: first.reservationId });
  expect(moved.reservation).toMatchObject({ quantity: 6, locationId: other });
  expect(await rowOf(db.sql, first.reservationId)).toMatchObject({ status: "released", quantity: 4 });
  expect(await rowOf(db.sql, must(moved.reservation).reservationId)).toMatchObject({
    status: "active",
    replaces_id: first.reservationId,
  });
  expect(await reservedAt(main, other)).toEqual([0, 6]);
});

test("a line that its own location covers stays there, whatever the priorities", async () => {
  const other = await addLocation(db.sql, variantId, 9, 1);
  const shopperId = newShopper();
  await reserve(db.sql, newShopper(), variantId, 5);
  const first = await hold(db.sql, shopperId, variantId, 2);
  expect(first.locationId).toBe(other);
  await db.sql`update stock_levels set on_hand = 20 where variant_id = ${variantId} and location_id = ${main}`;
  const more = await hold(db.sql, shopperId, variantId, 3);
  expect(more).toMatchObject({ reservationId: first.reservationId, quantity: 5, locationId: other });
});

test("moving a line gives it no longer life: the original maximum stays", async () => {
  await addLocation(db.sql, variantId, 7, 1);
  const shopperId = newShopper();
  const first = await hold(db.sql, shopperId, variantId, 4);
  await letTimePass(db, 600, shopperId);
  const [before] = await db.sql`select max_expires_at from reservations where id = ${first.reservationId}`;

  const { reservation } = await reserve(db.sql, shopperId, variantId, 2);

  const moved = must(reservation);
  expect(moved.reservationId).not.toBe(first.reservationId);
  expect(new Date(moved.maxExpiresAt)).toEqual(must(before).max_expires_at);
});

test("moving a line never shortens it: the later of old end and now + duration", async () => {
  await addLocation(db.sql, variantId, 7, 1);
  const shopperId = newShopper();
  await db.sql`insert into shoppers (id, tier) values (${shopperId}, 'vip')`;
  const first = await hold(db.sql, shopperId, variantId, 4);
  expect(first.durationSeconds).toBe(1800);
  await db.sql`update store_settings set vip_hold_seconds = 60`;
  await db.sql`update products set hold_seconds = 60
    where id = (select product_id from variants where id = ${variantId})`;

  const { reservation } = await reserve(db.sql, shopperId, variantId, 2);

  await db.sql`update store_settings set vip_hold_seconds = 1800`;
  expect(Date.parse(must(reservation).expiresAt)).toBeGreaterThanOrEqual(Date.parse(first.expiresAt));
});

test("lapsed holds of others give way to a line that moves with all its units", async () => {
  const other = await addLocation(db.sql, variantId, 7, 1);
  const shopperId = newShopper();
  await reserve(db.sql, newShopper(), variantId, 5);
  for (let i = 0; i < 7; i++) await hold(db.sql, newShopper(), variantId, 1);
  await letTimePass(db, 901);
  // Everything has lapsed, and nobody swept. The shopper's own line now fills main.
  expect((await hold(db.sql, shopperId, variantId, 5)).locationId).toBe(main);

  const moved = await reserve(db.sql, shopperId, variantId, 2);

  expect(moved).toMatchObject({ outcome: "held", reservation: { quantity: 7, locationId: other } });
});

test("two moves in one batch leave the counters of all locations right", async () => {
  const other = await addLocation(db.sql, variantId, 7, 1);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 4);
  const lines = (quantity: number) => [{ variantId, quantity }];
  const answers = await reserveBatch(db.sql, [
    { shopperId, lines: lines(2) },
    { shopperId: newShopper(), lines: lines(5) },
    { shopperId, lines: lines(1) },
    { shopperId, lines: lines(1) },
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual(["held", "held", "held", "insufficient_stock"]);
  expect(await reservedAt(main, other)).toEqual([5, 7]);
});

test("a variant at two locations beside one that is at none to be sold is held once", async () => {
  await addLocation(db.sql, variantId, 9, 1);
  const hidden = await createVariant(db.sql, 9, { published: false });
  const answers = await reserveBatch(
    db.sql,
    [variantId, hidden].map((id) => ({ shopperId: newShopper(), lines: [{ variantId: id, quantity: 1 }] })),
  );
  expect(answers.map((answer) => answer.outcome)).toEqual(["held", "variant_not_found"]);
  expect((await reservedAt(main)).concat((await stockOf(db.sql, hidden)).reserved)).toEqual([1, 0]);
});

test("safety stock is left alone by new holds", async () => {
  const kept = await createVariant(db.sql, 5, { safetyStock: 2 });
  expect(await reserve(db.sql, newShopper(), kept, 4)).toMatchObject({
    outcome: "insufficient_stock",
    available: 3,
  });
  expect((await reserve(db.sql, newShopper(), kept, 3)).outcome).toBe("held");
  expect((await reserve(db.sql, newShopper(), kept, 1)).outcome).toBe("insufficient_stock");
});

test("safety stock that is raised under a hold takes nothing from it", async () => {
  const shopperId = newShopper();
  const mine = await hold(db.sql, shopperId, variantId, 5);
  await db.sql`update stock_levels set safety_stock = 4 where variant_id = ${variantId}`;
  expect((await reserve(db.sql, shopperId, variantId, 4, "set")).outcome).toBe("held");
  expect((await reserve(db.sql, shopperId, variantId, 5, "set")).outcome).toBe("insufficient_stock");
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "active", quantity: 4 });
});
