import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  cartOf,
  createVariant,
  expectConsistent,
  extend,
  hold,
  must,
  newShopper,
  release,
  reserve,
  setQuantity,
} from "../support/shop.ts";
import { findDrift, transfer } from "./sessions.ts";

// A guest who signed in acts for the user for a while only: a copy of the old cookie is no key to the cart for ever.

const db = useTestDatabase();
let guest = "";
let user = "";
let variantId = "";
let reservationId = "";

const WINDOW = 600;

beforeEach(async () => {
  [guest, user] = [newShopper(), newShopper()];
  variantId = await createVariant(db.sql, 10);
  reservationId = (await hold(db.sql, guest, variantId, 2)).reservationId;
  await transfer(db.sql, guest, user);
});

/** Lets the merge, and nothing else, be that many seconds old. */
const ageMerge = (seconds: number) =>
  asSuperuser(
    db,
    (tx) => tx`update shoppers set merged_at = clock_timestamp() - make_interval(secs => ${seconds})
      where id = ${guest}`,
  );

const unitsOf = async (shopperId: string) => (await cartOf(db.sql, shopperId)).totalQuantity;
const mergedInto = async () => {
  const [row] = await db.sql`select merged_into, merged_at from shoppers where id = ${guest}`;
  return must(row);
};

test("within its time a merge holds, to the last seconds", async () => {
  await ageMerge(WINDOW - 30);
  expect(await unitsOf(guest)).toBe(2);
  expect(await reserve(db.sql, guest, variantId, 1)).toMatchObject({ outcome: "held" });
  expect(await unitsOf(user)).toBe(3);
});

const writes: [string, () => Promise<unknown>][] = [
  ["takes", () => reserve(db.sql, guest, variantId, 1)],
  ["takes a quantity", () => reserve(db.sql, guest, variantId, 1, "set")],
  ["sets a quantity", () => setQuantity(db.sql, guest, reservationId, 5)],
  ["extends", () => extend(db.sql, guest, [reservationId])],
  ["gives back", () => release(db.sql, guest)],
];

test.each(writes)("afterwards a guest who %s reaches nothing of the user's", async (_, write) => {
  await ageMerge(WINDOW + 1);
  const before = await cartOf(db.sql, user);
  await write();
  expect((await cartOf(db.sql, user)).lines).toEqual(before.lines);
  expect(await findDrift(db.sql)).toEqual([]);
  await expectConsistent(db.sql);
});

test("afterwards the guest sees an empty cart, and is a guest like any other from the next hold on", async () => {
  await ageMerge(WINDOW + 1);
  expect(await unitsOf(guest)).toBe(0);
  await reserve(db.sql, guest, variantId, 1);
  await reserve(db.sql, guest, variantId, 2);
  expect([await unitsOf(guest), await unitsOf(user)]).toEqual([3, 2]);
  expect(await mergedInto()).toEqual({ merged_into: null, merged_at: null });
});

test("a guest whose merge is over may sign in again, and brings along what was held since", async () => {
  await ageMerge(WINDOW + 1);
  await reserve(db.sql, guest, variantId, 1);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred", merged: 1 });
  expect([await unitsOf(guest), await unitsOf(user)]).toEqual([3, 3]);
});

test("the time of a merge is written whoever writes the merge", async () => {
  const [one, other] = [newShopper(), newShopper()];
  await db.sql`insert into shoppers (id, merged_into) values (${one}, ${other})`;
  await db.sql`insert into shoppers (id) values (${other})`;
  await db.sql`update shoppers set merged_into = ${one} where id = ${other}`;
  const rows = await db.sql`select merged_at > now() - interval '1 minute' as is_new from shoppers
    where id in (${one}, ${other})`;
  expect(rows.map((row) => row.is_new)).toEqual([true, true]);
  await db.sql`update shoppers set merged_into = null where id in (${one}, ${other})`;
});

test("how long it holds is the shop's to say", async () => {
  await ageMerge(100);
  await db.sql`update store_settings set merged_guest_seconds = 60 where is_only_row`;
  expect(await unitsOf(guest)).toBe(0);
  await db.sql`update store_settings set merged_guest_seconds = default where is_only_row`;
  expect(await unitsOf(guest)).toBe(2);
});
