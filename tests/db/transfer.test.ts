import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  cartOf,
  createVariant,
  expectConsistent,
  extend,
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
import { adjust, findDrift, sqlStateOf, transfer } from "./sessions.ts";

// What a guest has in the cart is the user's after signing in.

const db = useTestDatabase();
let variantId = "";
let guest = "";
let user = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  [guest, user] = [newShopper(), newShopper()];
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const mergedInto = async (shopperId: string) => {
  const [row] = await db.sql`select merged_into from shoppers where id = ${shopperId}`;
  return must(row).merged_into;
};

/** A cart without the time at which it was read. */
async function cartAlone(shopperId: string) {
  const { serverNow: _, ...cart } = (await cartOf(db.sql, shopperId)) as unknown as Record<string, unknown>;
  return cart;
}

test("a guest's holds become the user's, with their ids, units and times, and the guest points at the user", async () => {
  const other = await createVariant(db.sql, 3);
  const holds = [await hold(db.sql, guest, variantId, 2), await hold(db.sql, guest, other, 1)];
  const before = await cartAlone(guest);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred", merged: 0, moved: 2 });
  expect(await cartAlone(user)).toEqual(before);
  expect((await cartOf(db.sql, user)).lines).toMatchObject(holds);
  expect(await mergedInto(guest)).toBe(user);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 2 });
});

test("afterwards the guest's cart is the user's cart", async () => {
  await hold(db.sql, guest, variantId, 2);
  await hold(db.sql, user, await createVariant(db.sql, 1), 1);
  await transfer(db.sql, guest, user);
  expect(await cartAlone(guest)).toEqual(await cartAlone(user));
  expect((await cartOf(db.sql, user)).totalQuantity).toBe(3);
});

test("the same variant becomes one line: units of both, the later end, the earlier maximum", async () => {
  const theirs = await hold(db.sql, user, variantId, 3);
  await letTimePass(db, 60, user);
  const mine = await hold(db.sql, guest, variantId, 2);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ merged: 1, moved: 0 });

  const [row] = await db.sql`
    select t.quantity, t.expires_at = f.expires_at as has_later_end,
      t.max_expires_at < f.max_expires_at as has_earlier_maximum, f.status::text as guests
    from reservations t, reservations f where t.id = ${theirs.reservationId} and f.id = ${mine.reservationId}`;
  expect(row).toEqual({ quantity: 5, has_later_end: true, has_earlier_maximum: true, guests: "released" });
  expect((await cartOf(db.sql, user)).lines).toMatchObject([
    { reservationId: theirs.reservationId, quantity: 5 },
  ]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 5 });
});

test("the later end never passes the earlier maximum", async () => {
  const theirs = await hold(db.sql, user, variantId, 1);
  await db.sql`update reservations set max_expires_at = expires_at where id = ${theirs.reservationId}`;
  await letTimePass(db, 60, user);
  await hold(db.sql, guest, variantId, 1);
  await transfer(db.sql, guest, user);
  const [row] = await db.sql`select expires_at = max_expires_at as stops, quantity from reservations
    where id = ${theirs.reservationId}`;
  expect(row).toEqual({ stops: true, quantity: 2 });
});

test("no unit is lost where the shelf is empty: the units of both stay held", async () => {
  await hold(db.sql, user, variantId, 6);
  await hold(db.sql, guest, variantId, 4);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ merged: 1 });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 10 });
  expect((await cartOf(db.sql, user)).totalQuantity).toBe(10);
});

test("over a cap the units stay, and only what comes after is refused", async () => {
  const plenty = await createVariant(db.sql, 500);
  await hold(db.sql, user, plenty, 70);
  await hold(db.sql, guest, plenty, 60);
  await transfer(db.sql, guest, user);
  expect((await cartOf(db.sql, user)).lines).toMatchObject([{ quantity: 130 }]);
  expect(await reserve(db.sql, user, plenty, 1)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_units_per_line", value: 100 },
  });
  expect(await stockOf(db.sql, plenty)).toEqual({ on_hand: 500, reserved: 130 });
});

test("what lapsed for guest or user expires on the way, and the user is offered both again", async () => {
  const other = await createVariant(db.sql, 3);
  const [mine, theirs] = [await hold(db.sql, guest, variantId, 2), await hold(db.sql, user, other, 3)];
  await letTimePass(db, 901);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ merged: 0, moved: 1 });
  expect((await rowOf(db.sql, mine.reservationId)).status).toBe("expired");
  const { lines, lapsed } = await cartOf(db.sql, user);
  expect(lines).toEqual([]);
  expect(lapsed.map((line) => line.reservationId).toSorted()).toEqual(
    [mine.reservationId, theirs.reservationId].toSorted(),
  );
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
});

test("what lapsed is not merged into what lives: its units are not taken again", async () => {
  await hold(db.sql, guest, variantId, 2);
  await letTimePass(db, 901, guest);
  await hold(db.sql, user, variantId, 1);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ merged: 0, moved: 1 });
  expect((await cartOf(db.sql, user)).lines).toMatchObject([{ quantity: 1 }]);
});

test("what had expired before signing in is offered to the user, and can be held again by its id", async () => {
  const { reservationId } = await hold(db.sql, guest, variantId, 2);
  await letTimePass(db, 901, guest);
  await sweep(db.sql);
  await transfer(db.sql, guest, user);
  expect((await cartOf(db.sql, user)).lapsed).toMatchObject([{ reservationId, quantity: 2 }]);
  expect((await extend(db.sql, user, [reservationId]))[0]).toMatchObject({
    outcome: "held_again",
    replacesId: reservationId,
  });
});

test("what the guest gave back after it had expired is not offered again to the user", async () => {
  await hold(db.sql, guest, variantId, 2);
  await letTimePass(db, 901, guest);
  await hold(db.sql, guest, variantId, 1);
  await release(db.sql, guest);
  const before = await cartAlone(guest);
  expect(before).toMatchObject({ lines: [], lapsed: [] });
  await transfer(db.sql, guest, user);
  expect(await cartAlone(user)).toEqual(before);
});

test("the user is told of what the shop took back from the guest", async () => {
  const mine = await hold(db.sql, guest, variantId, 10);
  await adjust(db.sql, variantId, mine.locationId, -1, true);
  const before = await cartAlone(guest);
  expect(before.lapsed).toMatchObject([{ reservationId: mine.reservationId, reason: "withdrawn" }]);
  await transfer(db.sql, guest, user);
  expect(await cartAlone(user)).toEqual(before);
});

test("what guest and user hold at two locations stays two holds, and each can be changed by its id", async () => {
  const elsewhere = await addLocation(db.sql, variantId, 4, 1);
  const theirs = await hold(db.sql, user, variantId, 2);
  await reserve(db.sql, newShopper(), variantId, 8);
  const mine = await hold(db.sql, guest, variantId, 2);
  expect([theirs.locationId === elsewhere, mine.locationId === elsewhere]).toEqual([false, true]);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ merged: 0, moved: 1 });

  for (const { reservationId } of [mine, theirs]) {
    const answer = await setQuantity(db.sql, user, reservationId, 1);
    expect(answer).toMatchObject({ outcome: "held", reservation: { reservationId, quantity: 1 } });
  }
  expect((await cartOf(db.sql, user)).lines.map((line) => line.quantity)).toEqual([1, 1]);
});

test("a line does not move to where the shopper holds the same already", async () => {
  await addLocation(db.sql, variantId, 4, 1);
  const theirs = await hold(db.sql, user, variantId, 2);
  const stranger = newShopper();
  await reserve(db.sql, stranger, variantId, 8);
  const mine = await hold(db.sql, guest, variantId, 2);
  await release(db.sql, stranger);
  await transfer(db.sql, guest, user);
  const answer = await setQuantity(db.sql, user, mine.reservationId, 6);
  expect(answer).toMatchObject({ outcome: "insufficient_stock", available: 2 });
  expect((await rowOf(db.sql, theirs.reservationId)).quantity).toBe(2);
});

test("moving and merging leave their rows in the trail: who had it, who has it, why", async () => {
  const shared = await createVariant(db.sql, 5);
  const moved = await hold(db.sql, guest, variantId, 2);
  const given = await hold(db.sql, guest, shared, 2);
  const kept = await hold(db.sql, user, shared, 1);
  await transfer(db.sql, guest, user);
  const trail = async (id: string) => {
    const rows = await db.sql`select actor, cause, before ->> 'shopperId' as was, after ->> 'shopperId' as is,
      before ->> 'quantity' as had, after ->> 'quantity' as has, after ->> 'status' as status
      from audit_log where entity_id = ${id} and cause <> 'reserve' order by id`;
    return rows.map((row) => ({ ...row }));
  };
  const by = { actor: "system", cause: "transfer" };
  const sameUnits = { ...by, had: "2", has: "2" };
  expect(await trail(moved.reservationId)).toEqual([
    { ...sameUnits, was: guest, is: user, status: "active" },
  ]);
  expect(await trail(given.reservationId)).toEqual([
    { ...sameUnits, was: guest, is: guest, status: "released" },
    { ...sameUnits, was: guest, is: user, status: "released" },
  ]);
  expect(await trail(kept.reservationId)).toEqual([
    { ...by, was: user, is: user, had: "1", has: "3", status: "active" },
  ]);
});

test("missing and equal shoppers are a bug of the caller", async () => {
  for (const [from, to] of [
    [null, user],
    [guest, null],
    [guest, guest],
  ] as const) {
    expect(await sqlStateOf(transfer(db.sql, from, to))).toBe("HF001");
  }
});
