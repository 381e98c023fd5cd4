import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  reserve,
  rowOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// Rules that no other test noticed when `npm run mutate:db` took their guards away.

const db = useTestDatabase();

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("reducing one location names and takes back the holds of that location alone", async () => {
  const variantId = await createVariant(db.sql, 2);
  const older = await hold(db.sql, newShopper(), variantId, 2);
  const elsewhere = await addLocation(db.sql, variantId, 2, 1);
  const newer = await hold(db.sql, newShopper(), variantId, 2);
  expect(newer.locationId).toBe(elsewhere);
  const [asked] = await db.sql`
    select adjust_stock(${variantId}, ${older.locationId}, -1, 'broken') as answer`;
  expect(asked?.answer.outcome).toBe("units_held");
  expect(asked?.answer.inTheWay.map((one: { reservationId: string }) => one.reservationId)).toEqual([
    older.reservationId,
  ]);
  await db.sql`select adjust_stock(${variantId}, ${older.locationId}, -1, 'broken', true)`;
  expect(await rowOf(db.sql, older.reservationId)).toMatchObject({ status: "released" });
  expect(await rowOf(db.sql, newer.reservationId)).toMatchObject({ status: "active" });
});

test("not even a repair may count below zero", async () => {
  const variantId = await createVariant(db.sql, 1);
  const session = db.connect();
  await session`select set_config('holdfast.cause', 'system:repair', false)`;
  const below = session`update stock_levels set reserved = -1 where variant_id = ${variantId}`;
  expect(await sqlStateOf(below)).toBe("23514");
});

test("no two reservations have one id", async () => {
  const variantId = await createVariant(db.sql, 5);
  const first = await hold(db.sql, newShopper(), variantId);
  const again = db.sql`insert into reservations
      (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    select id, gen_random_uuid(), variant_id, location_id, 1, duration_seconds, created_at, expires_at, max_expires_at
    from reservations where id = ${first.reservationId}`;
  expect(await sqlStateOf(again)).toBe("23505");
});

test("who holds a variant at two locations adds to the older line where there is room: it stays and grows", async () => {
  const variantId = await createVariant(db.sql, 3);
  const [guest, user] = [newShopper(), newShopper()];
  const atMain = await hold(db.sql, user, variantId, 1);
  await hold(db.sql, newShopper(), variantId, 2);
  const elsewhere = await addLocation(db.sql, variantId, 3, 1);
  expect((await hold(db.sql, guest, variantId, 1)).locationId).toBe(elsewhere);
  await db.sql`select transfer_reservations(${guest}, ${user})`;
  await db.sql`update stock_levels set on_hand = 5 where variant_id = ${variantId} and location_id = ${atMain.locationId}`;
  const grown = await reserve(db.sql, user, variantId, 1);
  expect(must(grown.reservation)).toMatchObject({ reservationId: atMain.reservationId, quantity: 2 });
});
