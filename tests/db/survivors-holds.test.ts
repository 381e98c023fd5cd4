import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
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
