import { afterEach, expect, test } from "vitest";
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
  reserve,
  reserveBatch,
  rowOf,
  sweep,
} from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// Rules of taking and keeping holds that no other test noticed when `npm run mutate:db` took them away.

const db = useTestDatabase();

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("a hold that is paid for no longer blocks nobody once it lapses, even if the sweep ran meanwhile", async () => {
  const variantId = await createVariant(db.sql, 3);
  const paid = await hold(db.sql, newShopper(), variantId, 2);
  const lapsing = newShopper();
  await hold(db.sql, lapsing, variantId, 1);
  await db.sql`update reservations set status = 'paying' where id = ${paid.reservationId}`;
  await letTimePass(db, 901, lapsing);
  // Nothing active is left: the sweep learns that nothing of this level is going to lapse.
  expect((await sweep(db.sql)).expired).toBe(1);
  await db.sql`update reservations set status = 'active' where id = ${paid.reservationId}`;
  await expectConsistent(db.sql);
  await letTimePass(db, 901);
  expect((await reserve(db.sql, newShopper(), variantId, 3)).outcome).toBe("held");
});

test("where no location covers a line, it gets what the fullest one has", async () => {
  const variantId = await createVariant(db.sql, 1);
  const fullest = await addLocation(db.sql, variantId, 3, 1);
  await addLocation(db.sql, variantId, 2, 2);
  const request = { shopperId: newShopper(), mode: "partial" as const, lines: [{ variantId, quantity: 5 }] };
  const [answer] = await reserveBatch(db.sql, [request]);
  expect(must(must(answer).lines[0]).reservation).toMatchObject({ quantity: 3, locationId: fullest });
});

test("a hold that moves to another location in the batch that made it is one hold, and replaces none", async () => {
  const variantId = await createVariant(db.sql, 3);
  const elsewhere = await addLocation(db.sql, variantId, 4, 1);
  const shopperId = newShopper();
  const wish = { shopperId, lines: [{ variantId, quantity: 2 }] };
  const answers = await reserveBatch(db.sql, [wish, wish]);
  const [first, second] = answers.map(({ lines }) => must(lines[0]));
  expect(must(second?.reservation)).toMatchObject({ quantity: 4, locationId: elsewhere });
  expect(must(second?.reservation).reservationId).toBe(must(first?.reservation).reservationId);
  expect(second?.replacesId).toBeNull();
  expect(await rowOf(db.sql, must(second?.reservation).reservationId)).toMatchObject({ replaces_id: null });
});

test("a hold that a batch leaves as it is leaves no trace, whatever changes beside it", async () => {
  const variantId = await createVariant(db.sql, 5);
  const [grows, stays] = [newShopper(), newShopper()];
  for (const shopperId of [grows, stays]) await hold(db.sql, shopperId, variantId, 2);
  const [answer, refused] = await reserveBatch(db.sql, [
    { shopperId: grows, lines: [{ variantId, quantity: 1 }] },
    { shopperId: stays, lines: [{ variantId, quantity: 1 }] },
  ]);
  expect([answer?.outcome, refused?.outcome]).toEqual(["held", "insufficient_stock"]);
  const trail = await db.sql`select shopper_id, count(*)::int as entries from audit_log
    where variant_id = ${variantId} and entity = 'reservation' group by shopper_id`;
  expect(new Map(trail.map(({ shopper_id, entries }) => [shopper_id, entries]))).toEqual(
    new Map([
      [grows, 2],
      [stays, 1],
    ]),
  );
});

test("an old hold is taken again as it was, whatever a newer one had that lapsed as well", async () => {
  const variantId = await createVariant(db.sql, 4);
  const shopperId = newShopper();
  const old = await hold(db.sql, shopperId, variantId, 3);
  await letTimePass(db, 901, shopperId);
  await hold(db.sql, shopperId, variantId, 1);
  await letTimePass(db, 901, shopperId);
  const [answer] = await extend(db.sql, shopperId, [old.reservationId]);
  expect(answer).toMatchObject({ outcome: "held_again", reservation: { quantity: 3 } });
});
