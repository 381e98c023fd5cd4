import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  newShopper,
  release,
  rowOf,
  setQuantity,
  sweep,
} from "../support/shop.ts";

// What no other test noticed of lines and their places when `npm run mutate:db` took a condition away.

const db = useTestDatabase();

test("of two lines of one variant, each at its location, one grows where it is while there is room", async () => {
  const [shopperId, variantId] = [newShopper(), await createVariant(db.sql, 9)];
  const mine = await hold(db.sql, shopperId, variantId, 2);
  const beside = await addLocation(db.sql, variantId, 1, 9);
  await db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    values (${shopperId}, ${variantId}, ${beside}, 1, 900, now(), now() + interval '15 min', now() + interval '1 h')`;
  await addLocation(db.sql, variantId, 9, 10);
  await setQuantity(db.sql, shopperId, mine.reservationId, 5);
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({
    ...{ status: "active", quantity: 5, location_id: mine.locationId },
  });
  await expectConsistent(db.sql);
});

test("when units may come back is said of lines that are lost, not of those that are held", async () => {
  const [shopperId, variantId] = [newShopper(), await createVariant(db.sql, 9)];
  await hold(db.sql, shopperId, variantId);
  await hold(db.sql, newShopper(), variantId);
  const [row] = await db.sql`select validate_reservations(${shopperId}) -> 'lines' as lines`;
  expect(row?.lines).toMatchObject([{ outcome: "held", nextReleaseAt: null }]);
});

test("a line is held again though an earlier one of that variant was given back", async () => {
  const [shopperId, variantId] = [newShopper(), await createVariant(db.sql, 9)];
  await hold(db.sql, shopperId, variantId);
  await release(db.sql, shopperId);
  const { reservationId } = await hold(db.sql, shopperId, variantId);
  await letTimePass(db, 901, shopperId);
  await sweep(db.sql);
  expect(await extend(db.sql, shopperId, [reservationId])).toMatchObject([{ outcome: "held_again" }]);
});
