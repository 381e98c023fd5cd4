import { afterEach, beforeEach, expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  rowOf,
} from "../support/shop.ts";
import { begin, findDrift, rollback, startBeside, transfer } from "./sessions.ts";

// Signing in is about what guest and user have: it takes nothing of anybody else, and waits for no other shelf.

const db = useTestDatabase();
let guest = "";
let user = "";
let other = "";
let variantId = "";

beforeEach(async () => {
  [guest, user, other] = [newShopper(), newShopper(), newShopper()];
  variantId = await createVariant(db.sql, 20);
  await hold(db.sql, guest, variantId, 2);
});
afterEach(async () => expect(await findDrift(db.sql)).toEqual([]));

const shopperOf = async (reservationId: string) => {
  const [row] = await db.sql`select shopper_id from reservations where id = ${reservationId}`;
  return must(row).shopper_id;
};

test("what others gave back stays theirs", async () => {
  const { reservationId } = await hold(db.sql, other, variantId);
  await release(db.sql, other);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ moved: 1 });
  expect(await shopperOf(reservationId)).toBe(other);
});

test("what others hold stays theirs, and nobody marks it as expired", async () => {
  const { reservationId } = await hold(db.sql, other, variantId);
  await letTimePass(db, 901, other);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ moved: 1 });
  expect(await shopperOf(reservationId)).toBe(other);
  expect((await rowOf(db.sql, reservationId)).status).toBe("active");
});

test.each([
  ["others hold", () => other],
  ["the guest gave back", () => guest],
])("nobody waits for the shelf of what %s", async (_, holder) => {
  const elsewhere = await createVariant(db.sql, 5);
  const { reservationId } = await hold(db.sql, holder(), elsewhere);
  if (holder() === guest) await release(db.sql, guest, [reservationId]);
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first`select 1 from stock_levels where variant_id = ${elsewhere} for no key update`;
  const { result, isBlocked } = await startBeside(db, first, second, (sql) => transfer(sql, guest, user));
  await rollback(first);
  expect(isBlocked).toBe(false);
  expect((await result).outcome).toBe("transferred");
});

test("while a payment of the guest is open nothing is transferred, whatever became of its holds", async () => {
  await pinCart(db.sql, guest);
  const setStatus = (to: string) =>
    asSuperuser(db, (tx) => tx`update reservations set status = ${to} where shopper_id = ${guest}`);
  await setStatus("active");
  expect(await transfer(db.sql, guest, user)).toEqual({ outcome: "payment_open" });
  await setStatus("paying");
});

test("signing in again does not prolong for how long the guest acts for the user", async () => {
  await transfer(db.sql, guest, user);
  const mergedAt = () => db.sql`select merged_at::text from shoppers where id = ${guest}`;
  const before = await mergedAt();
  expect((await transfer(db.sql, guest, user)).outcome).toBe("transferred");
  expect([...(await mergedAt())]).toEqual([...before]);
});
