import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 3);
});

afterEach(() => expectConsistent(db.sql));

test("more units are taken when they are there, and the line gets its full time again", async () => {
  await letTimePass(db, 600);
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 10);
  expect(answer).toMatchObject({ outcome: "held", requested: 10 });
  const after = must(answer.reservation);
  expect(after).toMatchObject({ reservationId: mine.reservationId, quantity: 10 });
  expect(Date.parse(after.expiresAt)).toBeGreaterThan(Date.parse(mine.expiresAt) - 1000);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 10 });
});

test("more units than there are: refused as a whole with what is available, and nothing changes", async () => {
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 11);
  expect(answer).toMatchObject({ outcome: "insufficient_stock", available: 7, shortfall: 1 });
  expect(await timesOf(mine)).toEqual(timesIn(mine));
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "active", quantity: 3 });
});

test("fewer units go back at once, to whoever comes next, and change no time", async () => {
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 1);
  expect(answer).toMatchObject({ outcome: "held", reservation: { quantity: 1 } });
  expect(must(answer.reservation)).toMatchObject(timesIn(mine));
  expect(await timesOf(mine)).toEqual(timesIn(mine));
  expect((await reserve(db.sql, newShopper(), variantId, 9)).outcome).toBe("held");
});

test("the same quantity is held as before, with no time changed", async () => {
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 3);
  expect(answer).toMatchObject({ outcome: "held", reservation: { quantity: 3, ...timesIn(mine) } });
  expect(await timesOf(mine)).toEqual(timesIn(mine));
});

test("a lapsed hold is taken again as a new one that names the old", async () => {
  await letTimePass(db, 901);
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 2);
  expect(answer).toMatchObject({ outcome: "held", replacesId: mine.reservationId });
  expect(must(answer.reservation).reservationId).not.toBe(mine.reservationId);
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "expired", quantity: 3 });
});

test("a lapsed hold whose units were taken meanwhile is refused, not revived", async () => {
  await letTimePass(db, 901);
  await hold(db.sql, newShopper(), variantId, 9);
  const answer = await setQuantity(db.sql, shopperId, mine.reservationId, 2);
  expect(answer).toMatchObject({ outcome: "insufficient_stock", available: 1 });
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("expired");
});

test("somebody else's hold is not found and stays as it was", async () => {
  for (const quantity of [1, 3, 9]) {
    const answer = await setQuantity(db.sql, newShopper(), mine.reservationId, quantity);
    expect(answer.outcome).toBe("reservation_not_found");
  }
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "active", quantity: 3 });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 3 });
});

test("somebody else's hold cannot be named by a line of one's own request", async () => {
  const line = { variantId, quantity: 1, reservationId: mine.reservationId };
  const [answer] = await reserveBatch(db.sql, [{ shopperId: newShopper(), lines: [line] }]);
  expect(answer?.outcome).toBe("reservation_not_found");
});

test("a line cannot name a hold of another variant", async () => {
  const line = { variantId: await createVariant(db.sql, 1), quantity: 1, reservationId: mine.reservationId };
  const [answer] = await reserveBatch(db.sql, [{ shopperId, lines: [line] }]);
  expect(answer?.outcome).toBe("reservation_not_found");
});

test("a hold that was given back does not come back by setting its quantity", async () => {
  await release(db.sql, shopperId, [mine.reservationId]);
  expect((await setQuantity(db.sql, shopperId, mine.reservationId, 2)).outcome).toBe("reservation_ended");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 0 });
});

test("a hold that is being paid cannot be changed", async () => {
  await db.sql`update reservations set status = 'paying' where id = ${mine.reservationId}`;
  expect((await setQuantity(db.sql, shopperId, mine.reservationId, 1)).outcome).toBe("payment_open");
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "paying", quantity: 3 });
});

test("adding to a hold sums the units and gives the later of its end and now + duration", async () => {
  await letTimePass(db, 600);
  const [before] = await db.sql<{ expires_at: Date }[]>`
    select expires_at from reservations where id = ${mine.reservationId}`;
  const after = await hold(db.sql, shopperId, variantId, 2);
  expect(after).toMatchObject({ reservationId: mine.reservationId, quantity: 5, durationSeconds: 900 });
  expect(Date.parse(after.expiresAt) - must(before).expires_at.getTime()).toBeGreaterThanOrEqual(600_000);
});

test("adding never brings the end of a hold forward", async () => {
  // As after an unpinned payment, or a longer duration than now applies.
  await db.sql`update reservations set expires_at = expires_at + interval '30 min' where id = ${mine.reservationId}`;
  const [before] = await db.sql`select expires_at from reservations where id = ${mine.reservationId}`;
  const after = await hold(db.sql, shopperId, variantId, 1);
  expect(new Date(after.expiresAt)).toEqual(must(before).expires_at);
});

test("adding never passes the maximum life of a hold", async () => {
  await db.sql`update reservations set expires_at = max_expires_at - interval '1 min' where id = ${mine.reservationId}`;
  await letTimePass(db, (Date.parse(mine.maxExpiresAt) - Date.parse(mine.heldAt)) / 1000 - 600);
  const after = await hold(db.sql, shopperId, variantId, 1);
  expect(after.reservationId).toBe(mine.reservationId);
  expect(after.expiresAt).toBe(after.maxExpiresAt);
});

test("who waits for more is told when somebody else's hold ends, not their own", async () => {
  await reserve(db.sql, shopperId, variantId, 5);
  expect(await reserve(db.sql, shopperId, variantId, 3)).toMatchObject({ available: 2, nextReleaseAt: null });
  const theirs = await hold(db.sql, newShopper(), variantId, 2);
  expect((await reserve(db.sql, shopperId, variantId, 3)).nextReleaseAt).toBe(theirs.expiresAt);
});

test("a refused addition changes no time", async () => {
  await letTimePass(db, 600);
  const before = await timesOf(mine);
  expect((await reserve(db.sql, shopperId, variantId, 8)).outcome).toBe("insufficient_stock");
  expect(await timesOf(mine)).toEqual(before);
});

const timesIn = ({ heldAt, expiresAt, maxExpiresAt }: Hold) => ({ heldAt, expiresAt, maxExpiresAt });

async function timesOf({ reservationId }: Hold) {
  const [row] = await db.sql<{ times: { heldAt: string; expiresAt: string; maxExpiresAt: string } }[]>`
    select jsonb_build_object('heldAt', created_at, 'expiresAt', expires_at, 'maxExpiresAt', max_expires_at) as times
    from reservations where id = ${reservationId}`;
  return must(row).times;
}
