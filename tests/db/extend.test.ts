import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  type Hold,
  hold,
  letTimePass,
  must,
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

beforeEach(async () => {
  variantId = await createVariant(db.sql, 4);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 3);
});

afterEach(() => expectConsistent(db.sql));

const extendOne = async (id = mine.reservationId) => must((await extend(db.sql, shopperId, [id]))[0]);

test("extending gives a hold its duration again, from now", async () => {
  await letTimePass(db, 800);
  const answer = await extendOne();
  expect(answer).toMatchObject({ outcome: "extended", reservationId: mine.reservationId, replacesId: null });
  const { expiresAt, heldAt, maxExpiresAt } = must(answer.reservation);
  expect(Date.parse(expiresAt) - Date.parse(heldAt)).toBeGreaterThanOrEqual(1_700_000);
  expect(Date.parse(expiresAt)).toBeLessThan(Date.parse(maxExpiresAt));
});

test("extending stops at the maximum life, and at the maximum it is refused", async () => {
  await db.sql`update reservations set expires_at = max_expires_at - interval '5 min'
    where id = ${mine.reservationId}`;
  await letTimePass(db, (Date.parse(mine.maxExpiresAt) - Date.parse(mine.heldAt)) / 1000 - 600);
  const last = await extendOne();
  expect(last.outcome).toBe("extended");
  expect(must(last.reservation).expiresAt).toBe(must(last.reservation).maxExpiresAt);
  const refused = await extendOne();
  expect(refused.outcome).toBe("extension_limit");
  expect(must(refused.reservation).expiresAt).toBe(must(last.reservation).expiresAt);
});

test("extending never brings the end of a hold forward", async () => {
  await db.sql`update reservations set expires_at = expires_at + interval '30 min' where id = ${mine.reservationId}`;
  const [before] = await db.sql`select expires_at from reservations where id = ${mine.reservationId}`;
  const answer = await extendOne();
  expect(answer.outcome).toBe("extended");
  expect(new Date(must(answer.reservation).expiresAt)).toEqual(must(before).expires_at);
});

test("without ids all active holds are extended, the oldest first, and nobody else's", async () => {
  const other = await createVariant(db.sql, 1);
  const second = await hold(db.sql, shopperId, other);
  const stranger = await hold(db.sql, newShopper(), variantId, 1);
  const answers = await extend(db.sql, shopperId);
  expect(answers.map((answer) => [answer.reservationId, answer.outcome])).toEqual([
    [mine.reservationId, "extended"],
    [second.reservationId, "extended"],
  ]);
  const [row] = await db.sql`select expires_at from reservations where id = ${stranger.reservationId}`;
  expect(must(row).expires_at).toEqual(new Date(stranger.expiresAt));
});

test("every id gets its answer, in the order asked", async () => {
  const [released, paying, stranger] = [
    await hold(db.sql, shopperId, await createVariant(db.sql, 1)),
    await hold(db.sql, shopperId, await createVariant(db.sql, 1)),
    await hold(db.sql, newShopper(), variantId, 1),
  ];
  await release(db.sql, shopperId, [released.reservationId]);
  await db.sql`update reservations set status = 'paying' where id = ${paying.reservationId}`;
  const unknown = newShopper();
  const ids = [stranger, paying, mine, released].map((h) => h.reservationId).concat(unknown);
  const answers = await extend(db.sql, shopperId, ids);
  expect(answers.map((answer) => answer.reservationId)).toEqual(ids);
  expect(answers.map((answer) => answer.outcome)).toEqual([
    "reservation_not_found",
    "payment_open",
    "extended",
    "reservation_ended",
    "reservation_not_found",
  ]);
});

test("a lapsed hold whose units are free is held again as a new one, never extended as alive", async () => {
  await letTimePass(db, 901);
  const answer = await extendOne();
  expect(answer).toMatchObject({
    outcome: "held_again",
    refusal: null,
    replacesId: mine.reservationId,
    reservation: { quantity: 3, status: "active" },
  });
  const again = must(answer.reservation);
  expect(again.reservationId).not.toBe(mine.reservationId);
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "expired", is_ended: true });
  expect(await rowOf(db.sql, again.reservationId)).toMatchObject({ replaces_id: mine.reservationId });
});

test("a lapsed hold whose units are taken is expired, and says when the next may come free", async () => {
  await letTimePass(db, 901);
  const other = await hold(db.sql, newShopper(), variantId, 2);
  const answer = await extendOne();
  expect(answer).toMatchObject({
    outcome: "expired",
    refusal: "insufficient_stock",
    available: 2,
    shortfall: 1,
    nextReleaseAt: other.expiresAt,
  });
  expect(answer.reservation).toBeUndefined();
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("expired");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 2 });
});

test("a hold that the sweep already marked is held again just the same", async () => {
  await letTimePass(db, 901);
  await db.sql`select expire_reservations()`;
  expect(await extendOne()).toMatchObject({ outcome: "held_again", replacesId: mine.reservationId });
});

test("repeating an extension that held again names the same new hold and takes nothing more", async () => {
  await letTimePass(db, 901);
  const first = await extendOne();
  const second = await extendOne();
  expect(second).toMatchObject({ outcome: "held_again", replacesId: mine.reservationId });
  expect(second.reservation?.reservationId).toBe(first.reservation?.reservationId);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 3 });
});

test("extending an old, lapsed hold never takes units from the newer one that stands in its place", async () => {
  await letTimePass(db, 901);
  await hold(db.sql, shopperId, variantId, 4);
  expect((await extendOne()).reservation?.quantity).toBe(4);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 4 });
});

test("extending an old, lapsed hold never takes more for the newer one either", async () => {
  await letTimePass(db, 901);
  const newer = await hold(db.sql, shopperId, variantId, 1);
  const answer = await extendOne();
  expect(answer.reservation).toMatchObject({ reservationId: newer.reservationId, quantity: 1 });
});

test("several lapsed holds are each taken again or told", async () => {
  const short = await createVariant(db.sql, 1);
  const second = await hold(db.sql, shopperId, short);
  await letTimePass(db, 901);
  await reserve(db.sql, newShopper(), short);
  const answers = await extend(db.sql, shopperId, [second.reservationId, mine.reservationId]);
  expect(answers.map((answer) => [answer.reservationId, answer.outcome])).toEqual([
    [second.reservationId, "expired"],
    [mine.reservationId, "held_again"],
  ]);
});
