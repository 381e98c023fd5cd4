import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  newShopper,
  release,
  reserve,
  rowOf,
  stockOf,
} from "../support/shop.ts";

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;
let theirs: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 3);
  theirs = await hold(db.sql, newShopper(), variantId, 2);
});

afterEach(() => expectConsistent(db.sql));

test("what is given back is there at once for somebody else", async () => {
  expect(await release(db.sql, shopperId, [mine.reservationId])).toMatchObject({
    released: 1,
    paymentOpen: [],
  });
  expect((await reserve(db.sql, newShopper(), variantId, 3)).outcome).toBe("held");
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "released", is_ended: true });
});

test("giving back twice is giving back once", async () => {
  await release(db.sql, shopperId, [mine.reservationId]);
  expect((await release(db.sql, shopperId, [mine.reservationId])).released).toBe(0);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
  expect((await release(db.sql, shopperId, [mine.reservationId, mine.reservationId])).released).toBe(0);
});

test("nobody gives back what is somebody else's", async () => {
  expect((await release(db.sql, shopperId, [theirs.reservationId])).released).toBe(0);
  expect((await rowOf(db.sql, theirs.reservationId)).status).toBe("active");
  expect((await release(db.sql, newShopper())).released).toBe(0);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 5 });
});

test("without ids everything of the shopper goes back, and of nobody else", async () => {
  const other = await createVariant(db.sql, 1);
  await hold(db.sql, shopperId, other);
  expect((await release(db.sql, shopperId)).released).toBe(2);
  expect((await stockOf(db.sql, variantId)).reserved).toBe(2);
  expect((await stockOf(db.sql, other)).reserved).toBe(0);
});

test("an empty list of ids gives back nothing", async () => {
  expect((await release(db.sql, shopperId, [])).released).toBe(0);
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("active");
});

test("what is being paid stays, and is named", async () => {
  await db.sql`update reservations set status = 'paying' where id = ${mine.reservationId}`;
  const answer = await release(db.sql, shopperId, [mine.reservationId]);
  expect(answer).toMatchObject({ released: 0, paymentOpen: [mine.reservationId] });
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("paying");
});
