import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
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
  setQuantity,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { begin, commit, lapseNow, lockLevels, rollback, sqlStateOf, startBlocked } from "./sessions.ts";

// Each test is one interleaving of two sessions: the first holds the lock, the second is seen to wait for it.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;
let first: Sql;
let second: Sql;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 2);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
  [first, second] = [db.connect(), db.connect()];
});

afterEach(() => expectConsistent(db.sql));

const extendMine = async (session: Sql) => must((await extend(session, shopperId, [mine.reservationId]))[0]);
const takeAll = (session: Sql) => reserve(session, newShopper(), variantId, 2);
const mineNow = async () => (await rowOf(db.sql, mine.reservationId)).status;

test("extend, then another shopper: the extension got the lock first, so the hold lives and the other is refused", async () => {
  await db.sql`update stock_levels set next_expiry_at = now() where variant_id = ${variantId}`;
  await begin(first);
  expect((await extendMine(first)).outcome).toBe("extended");

  const taken = await startBlocked(db, second, takeAll);
  await commit(first);
  expect(await taken.result).toMatchObject({ outcome: "insufficient_stock", available: 0 });
  expect(await mineNow()).toBe("active");
});

test("another shopper takes the lapsed units, then extend: the extension is told that they are gone", async () => {
  await letTimePass(db, 901, shopperId);
  await begin(first);
  expect((await takeAll(first)).outcome).toBe("held");
  const extended = await startBlocked(db, second, extendMine);
  await commit(first);
  expect(await extended.result).toMatchObject({ outcome: "expired", refusal: "insufficient_stock" });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 2 });
});

test("another shopper takes the lapsed units and gives up, then extend: they are held again", async () => {
  await letTimePass(db, 901, shopperId);
  await begin(first);
  await takeAll(first);
  const extended = await startBlocked(db, second, extendMine);
  await rollback(first);
  expect(await extended.result).toMatchObject({ outcome: "held_again", replacesId: mine.reservationId });
});

test("extend holds a lapsed one again, then another shopper: refused, the units are promised once", async () => {
  await letTimePass(db, 901, shopperId);
  await begin(first);
  expect((await extendMine(first)).outcome).toBe("held_again");
  const taken = await startBlocked(db, second, takeAll);
  await commit(first);
  expect((await taken.result).outcome).toBe("insufficient_stock");
});

test("a hold that lapses while its extension waits is not extended as if it were alive", async () => {
  await lockLevels(first, variantId);
  const extended = await startBlocked(db, second, extendMine);
  await lapseNow(db, mine.reservationId);
  await commit(first);
  expect(await extended.result).toMatchObject({ outcome: "held_again", replacesId: mine.reservationId });
  expect(await mineNow()).toBe("expired");
});

test("a hold that lapses and is taken while its extension waits is gone", async () => {
  await lockLevels(first, variantId);
  const extended = await startBlocked(db, second, extendMine);
  await lapseNow(db, mine.reservationId);
  expect((await takeAll(first)).outcome).toBe("held");
  await commit(first);
  expect((await extended.result).outcome).toBe("expired");
});

test("a hold that lapses while its quantity is being set is taken again, not changed", async () => {
  await lockLevels(first, variantId);
  const changed = await startBlocked(db, second, (s) => setQuantity(s, shopperId, mine.reservationId, 1));
  await lapseNow(db, mine.reservationId);
  await commit(first);
  expect(await changed.result).toMatchObject({ outcome: "held", replacesId: mine.reservationId });
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "expired", quantity: 2 });
});

test("a hold that lapses while another shopper waits for its units gives them to that shopper", async () => {
  await lockLevels(first, variantId);
  await commit(first);
  await lockLevels(first, variantId);
  const taken = await startBlocked(db, second, takeAll);
  await lapseNow(db, mine.reservationId);
  await commit(first);
  expect((await taken.result).outcome).toBe("held");
});

test("a hold that lapses while its release waits was ended by time, and its units are back", async () => {
  await lockLevels(first, variantId);
  const released = await startBlocked(db, second, (s) => release(s, shopperId, [mine.reservationId]));
  await lapseNow(db, mine.reservationId);
  await commit(first);
  expect((await released.result).released).toBe(0);
  expect(await mineNow()).toBe("expired");
});

test("sweep, then release: the hold is expired once and nothing is released", async () => {
  await letTimePass(db, 901, shopperId);
  await begin(first);
  expect((await sweep(first)).expired).toBe(1);
  const released = await startBlocked(db, second, (s) => release(s, shopperId));
  await commit(first);
  expect((await released.result).released).toBe(0);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 0 });
});

test("release, then sweep: the sweep does not wait, and what was released stays released", async () => {
  await begin(first);
  expect((await release(first, shopperId)).released).toBe(1);
  expect((await sweep(second)).expired).toBe(0);
  await commit(first);
  expect((await sweep(second)).expired).toBe(0);
  expect(await mineNow()).toBe("released");
});

test("sweep, then extend: what was swept is held again as a new hold", async () => {
  await letTimePass(db, 901, shopperId);
  await begin(first);
  await sweep(first);
  const extended = await startBlocked(db, second, extendMine);
  await commit(first);
  expect(await extended.result).toMatchObject({ outcome: "held_again", replacesId: mine.reservationId });
});

test("extend, then release: the release waits and gives the extended hold back", async () => {
  await begin(first);
  await extendMine(first);
  const released = await startBlocked(db, second, (s) => release(s, shopperId));
  await commit(first);
  expect((await released.result).released).toBe(1);
});

test("release, then extend: what the shopper gave back does not return", async () => {
  await begin(first);
  await release(first, shopperId);
  const extended = await startBlocked(db, second, extendMine);
  await commit(first);
  expect((await extended.result).outcome).toBe("reservation_ended");
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
});

test("of two shoppers at the last unit the second waits for the first, and gets it if the first gives up", async () => {
  const last = await createVariant(db.sql, 1);
  for (const [end, outcome] of [
    [rollback, "held"],
    [commit, "insufficient_stock"],
  ] as const) {
    await release(db.sql, shopperId);
    const taker = newShopper();
    await begin(first);
    await reserve(first, shopperId, last);
    const taken = await startBlocked(db, second, (s) => reserve(s, taker, last));
    await end(first);
    expect((await taken.result).outcome).toBe(outcome);
    await release(db.sql, taker);
  }
});

test("a double click is one hold with both units, whichever came first", async () => {
  const twice = await createVariant(db.sql, 5);
  await begin(first);
  const one = await reserve(first, shopperId, twice);
  const two = await startBlocked(db, second, (s) => reserve(s, shopperId, twice));
  await commit(first);
  expect((await two.result).reservation).toMatchObject({
    quantity: 2,
    reservationId: one.reservation?.reservationId,
  });
});

test("an end that is typed in earlier while the sweep looks is still found in time", async () => {
  await db.sql`update stock_levels set next_expiry_at = now() where variant_id = ${variantId}`;
  await begin(first);
  await sweep(first);
  const typed = await startBlocked(
    db,
    second,
    (s) =>
      s`update reservations set expires_at = expires_at - interval '10 min' where id = ${mine.reservationId}`,
  );
  await commit(first);
  await typed.result;
});

test("waiting too long for a lock is an error of its own, and nothing has changed", async () => {
  await db.sql`alter function reserve_stock(jsonb) set lock_timeout = '20ms'`;
  await lockLevels(first, variantId);
  expect(await sqlStateOf(reserve(second, shopperId, variantId, 1, "set"))).toBe("55P03");
  await commit(first);
  await db.sql`alter function reserve_stock(jsonb) set lock_timeout = '3s'`;
  expect(await rowOf(db.sql, mine.reservationId)).toMatchObject({ status: "active", quantity: 2 });
});
