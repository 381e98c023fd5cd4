import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  extend,
  type Hold,
  hold,
  letTimePass,
  newShopper,
  release,
  setQuantity,
} from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// What no other test noticed of extending what has lapsed when `npm run mutate:db` took single conditions away.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let lapsed: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  shopperId = newShopper();
  lapsed = await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 901, shopperId);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const extended = async () => (await extend(db.sql, shopperId, [lapsed.reservationId]))[0];

test("a line that is held again has its own units, whatever else the shopper holds, or gave back", async () => {
  await hold(db.sql, shopperId, await createVariant(db.sql, 9), 5);
  const { reservationId } = await hold(db.sql, shopperId, variantId, 4);
  await release(db.sql, shopperId, [reservationId]);
  expect(await extended()).toMatchObject({ outcome: "held_again", reservation: { quantity: 2 } });
});

test("of two lines of one variant, each at its location, one may grow at a third, where another variant is held", async () => {
  const wanted = await createVariant(db.sql, 2);
  const mine = await hold(db.sql, shopperId, wanted, 2);
  const beside = await addLocation(db.sql, wanted, 1, 8);
  const third = await addLocation(db.sql, wanted, 5, 9);
  const type = (of: string, at: string) => db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    values (${shopperId}, ${of}, ${at}, 1, 900, now(), now() + interval '15 min', now() + interval '1 h')`;
  await type(wanted, beside);
  await db.sql`insert into stock_levels (variant_id, location_id, on_hand) values (${variantId}, ${third}, 3)`;
  await type(variantId, third);
  await setQuantity(db.sql, shopperId, mine.reservationId, 3);
  const lines = await db.sql`select location_id, quantity from reservations
    where shopper_id = ${shopperId} and variant_id = ${wanted} and status = 'active' order by quantity`;
  expect(lines).toEqual([
    { location_id: beside, quantity: 1 },
    { location_id: third, quantity: 3 },
  ]);
});
