import { afterEach, expect, test } from "vitest";
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
  reserveBatch,
} from "../support/shop.ts";

const db = useTestDatabase();

afterEach(() => expectConsistent(db.sql));

const pay = (id: string) => db.sql`update reservations set status = 'paying' where id = ${id}`;

test("up to a maximum the units are told, from there on only that there are at least so many", async () => {
  const shown = async (onHand: number) => {
    const { available, atLeast, state } = await availabilityOf(db.sql, await createVariant(db.sql, onHand));
    return { available, atLeast, state };
  };
  expect(await shown(1000)).toEqual({ available: 20, atLeast: true, state: "in_stock" });
  expect(await shown(20)).toEqual({ available: 20, atLeast: true, state: "in_stock" });
  expect(await shown(19)).toEqual({ available: 19, atLeast: false, state: "in_stock" });
  expect(await shown(6)).toEqual({ available: 6, atLeast: false, state: "in_stock" });
  expect(await shown(5)).toEqual({ available: 5, atLeast: false, state: "low_stock" });
  expect(await shown(0)).toEqual({ available: 0, atLeast: false, state: "sold_out" });
});

test("nothing free but held by others reads as held, with the next release", async () => {
  const variantId = await createVariant(db.sql, 3);
  const first = await hold(db.sql, newShopper(), variantId, 1);
  await hold(db.sql, newShopper(), variantId, 2);
  expect(await availabilityOf(db.sql, variantId)).toEqual({
    variantId,
    available: 0,
    atLeast: false,
    state: "held",
    nextReleaseAt: first.expiresAt,
  });
});

test("while all of it is being paid nobody can say when the next comes free", async () => {
  const variantId = await createVariant(db.sql, 2);
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 2);
  await pay(reservationId);
  await letTimePass(db, 90_000);
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ state: "held", nextReleaseAt: null });
});

test("what can be held is the most that one location gives, and safety stock is not among it", async () => {
  const variantId = await createVariant(db.sql, 8, { safetyStock: 3 });
  await addLocation(db.sql, variantId, 4, 1);
  expect((await availabilityOf(db.sql, variantId)).available).toBe(5);
  await hold(db.sql, newShopper(), variantId, 3);
  expect((await availabilityOf(db.sql, variantId)).available).toBe(4);
});

test("safety stock alone is no stock: it reads as sold out", async () => {
  const variantId = await createVariant(db.sql, 2, { safetyStock: 2 });
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ available: 0, state: "sold_out" });
});

test("lapsed units count as free up to the maximum that is shown, though safety stock has grown over them", async () => {
  const variantId = await createVariant(db.sql, 40);
  await reserveBatch(
    db.sql,
    Array.from({ length: 40 }, () => ({ shopperId: newShopper(), lines: [{ variantId, quantity: 1 }] })),
  );
  await letTimePass(db, 901);
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ available: 20, atLeast: true });
  await db.sql`update stock_levels set safety_stock = 33 where variant_id = ${variantId}`;
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ available: 7, atLeast: false });
});

test("the next release is that of a live hold, not of one that has lapsed", async () => {
  const variantId = await createVariant(db.sql, 3, { safetyStock: 1 });
  await hold(db.sql, newShopper(), variantId, 1);
  await letTimePass(db, 901);
  const live = await hold(db.sql, newShopper(), variantId, 1);
  await db.sql`update stock_levels set safety_stock = 2 where variant_id = ${variantId}`;
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({
    available: 0,
    state: "held",
    nextReleaseAt: live.expiresAt,
  });
});

test("unknown and unpublished variants are left out, repeated ones answered once", async () => {
  const [known, hidden] = [
    await createVariant(db.sql, 1),
    await createVariant(db.sql, 1, { published: false }),
  ];
  const ids = [known, hidden, newShopper(), known];
  const [row] = await db.sql<{ answer: { availability: { variantId: string }[]; serverNow: string } }[]>`
    select get_availability(${ids}) as answer`;
  expect(must(row).answer.availability.map((one) => one.variantId)).toEqual([known]);
  expect(Date.parse(must(row).answer.serverNow)).not.toBeNaN();
});
