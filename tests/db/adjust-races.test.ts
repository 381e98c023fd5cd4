import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  hold,
  must,
  newShopper,
  reserve,
  stockOf,
} from "../support/shop.ts";
import { adjust, begin, commit, findDrift, lapseNow, rollback, startBlocked } from "./sessions.ts";

// Each test is one interleaving of two sessions: the first holds the lock, the second is seen to wait for it.

const db = useTestDatabase();
let variantId = "";
let main = "";
let first: Sql;
let second: Sql;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 3);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
  [first, second] = [db.connect(), db.connect()];
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("adjust, then reserve: who waited is refused what is not there any more", async () => {
  await begin(first);
  expect((await adjust(first, variantId, main, -2)).outcome).toBe("adjusted");
  const taken = await startBlocked(db, second, (s) => reserve(s, newShopper(), variantId, 2));
  await commit(first);
  expect(await taken.result).toMatchObject({ outcome: "insufficient_stock", available: 1 });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
});

test("adjust that is taken back, then reserve: who waited gets what is there after all", async () => {
  await begin(first);
  await adjust(first, variantId, main, -2);
  const taken = await startBlocked(db, second, (s) => reserve(s, newShopper(), variantId, 2));
  await rollback(first);
  expect((await taken.result).outcome).toBe("held");
});

test("reserve, then adjust: the units that were promised meanwhile stand in the way", async () => {
  await begin(first);
  await reserve(first, newShopper(), variantId, 2);
  const adjusted = await startBlocked(db, second, (s) => adjust(s, variantId, main, -2));
  await commit(first);
  expect((await adjusted.result).outcome).toBe("units_held");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 2 });
});

test("reserve, then adjust that may take back: the hold that was just made goes", async () => {
  await hold(db.sql, newShopper(), variantId, 1);
  await begin(first);
  const { reservation } = await reserve(first, newShopper(), variantId, 2);
  const adjusted = await startBlocked(db, second, (s) => adjust(s, variantId, main, -2, true));
  await commit(first);
  expect(await adjusted.result).toMatchObject({
    outcome: "adjusted",
    released: [{ reservationId: must(reservation).reservationId }],
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
});

test("a hold that lapses while the adjustment waits is no obstacle", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 3);
  // A bound that is lower than needed stays a bound; with it, a hold may lapse while the lock is held.
  await begin(first);
  await first`update stock_levels set next_expiry_at = clock_timestamp() where variant_id = ${variantId}`;
  const adjusted = await startBlocked(db, second, (s) => adjust(s, variantId, main, -3));
  await lapseNow(db, reservationId);
  await commit(first);
  expect(await adjusted.result).toMatchObject({ outcome: "adjusted", onHand: 0, released: [] });
});

test("adjust that takes back, then extend: who waited is told that the hold is no more", async () => {
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId, 3);
  await begin(first);
  await adjust(first, variantId, main, -1, true);
  const extended = await startBlocked(db, second, (s) => extend(s, shopperId, [reservationId]));
  await commit(first);
  expect((await extended.result)[0]?.outcome).toBe("reservation_ended");
});

test("two adjustments at once both count", async () => {
  await begin(first);
  await adjust(first, variantId, main, -1);
  const adjusted = await startBlocked(db, second, (s) => adjust(s, variantId, main, -1));
  await commit(first);
  expect(await adjusted.result).toMatchObject({ outcome: "adjusted", onHand: 1 });
});
