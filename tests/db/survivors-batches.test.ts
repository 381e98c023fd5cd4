import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserveBatch,
  rowOf,
} from "../support/shop.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

// What no other test noticed of whole batches, and of a shopper's lines beside each other, when `npm run mutate:db`
// took a condition away.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
});
afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("who is refused in a batch learns of the soonest of those who took units before in it", async () => {
  const [first, soonest, longest] = [newShopper(), newShopper(), newShopper()];
  await db.sql`update store_settings set hold_seconds = 3600`;
  await hold(db.sql, longest, variantId);
  await db.sql`update store_settings set hold_seconds = 900`;
  const ask = (shopperId: string, quantity: number) => ({ shopperId, lines: [{ variantId, quantity }] });
  const answers = await reserveBatch(db.sql, [
    ask(first, 1),
    ask(soonest, 1),
    ask(longest, 1),
    ask(first, 9),
  ]);
  const [, ofSoonest, ofLongest, refused] = answers.map(({ lines }) => must(lines[0]));
  expect(must(ofLongest?.reservation).expiresAt > must(ofSoonest?.reservation).expiresAt).toBe(true);
  expect(refused).toMatchObject({
    outcome: "insufficient_stock",
    nextReleaseAt: must(ofSoonest?.reservation).expiresAt,
  });
});

test("a lapsed line is answered though two others of its variant are held, each at its location", async () => {
  const shopperId = newShopper();
  const lapsed = await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 901, shopperId);
  await hold(db.sql, shopperId, variantId, 2);
  const beside = await addLocation(db.sql, variantId, 1, 9);
  await db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    values (${shopperId}, ${variantId}, ${beside}, 1, 900, now(), now() + interval '15 min', now() + interval '1 h')`;
  expect(await extend(db.sql, shopperId, [lapsed.reservationId])).toMatchObject([{ outcome: "held_again" }]);
});

test("private.mark_expired marks what has lapsed and nothing else, whatever it is called with", async () => {
  const [leaving, late] = [newShopper(), newShopper()];
  const live = await hold(db.sql, newShopper(), variantId);
  const released = await hold(db.sql, leaving, variantId);
  const lapsed = await hold(db.sql, late, variantId);
  await release(db.sql, leaving);
  for (const shopperId of [leaving, late]) await letTimePass(db, 901, shopperId);
  const ids = [live, released, lapsed].map(({ reservationId }) => reservationId);
  const before = await Promise.all(ids.map((id) => rowOf(db.sql, id)));
  expect(await sqlStateOf(db.sql`select private.mark_expired(${ids}::uuid[], clock_timestamp())`)).toBe(
    "none",
  );
  const after = await Promise.all(ids.map((id) => rowOf(db.sql, id)));
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
  expect(after[2]?.status).toBe("expired");
});
