import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  cartOf,
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
  reserveBatch,
  rowOf,
  setQuantity,
  stockOf,
} from "../support/shop.ts";
import { begin, commit, findDrift, rollback, startBeside, startBlocked, transfer } from "./sessions.ts";

// Requests with the old identity, repeated sign-ins, and sign-ins of several guests.

const db = useTestDatabase();
let variantId = "";
let guest = "";
let user = "";
let mine: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  [guest, user] = [newShopper(), newShopper()];
  mine = await hold(db.sql, guest, variantId, 2);
  await letTimePass(db, 60, guest);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const mergedInto = async (shopperId: string): Promise<string | null> => {
  const [row] = await db.sql`select merged_into from shoppers where id = ${shopperId}`;
  return must(row).merged_into;
};
const holdersOf = async (id: string) =>
  (
    await db.sql<{ shopper_id: string; quantity: number }[]>`select shopper_id, quantity from reservations
      where variant_id = ${id} and status = 'active'`
  ).map((row) => [row.shopper_id, row.quantity]);

async function validate(session: Sql, shopperId: string) {
  const [row] = await session<{ answer: { lines: { reservationId: string; outcome: string }[] } }[]>`
    select validate_reservations(${shopperId}) as answer`;
  return must(row).answer.lines;
}

/** What a guest may still ask for, and the user's holds of the variant afterwards. */
const requests: [name: string, ask: (session: Sql) => Promise<unknown>, answer: unknown, after: number[]][] =
  [
    [
      "reserve",
      (s) => reserve(s, guest, variantId, 3),
      { outcome: "held", reservation: { quantity: 5 } },
      [5],
    ],
    ["set a quantity", (s) => setQuantity(s, guest, mine.reservationId, 4), { outcome: "held" }, [4]],
    ["extend", (s) => extend(s, guest, [mine.reservationId]), [{ outcome: "extended" }], [2]],
    ["extend everything", (s) => extend(s, guest), [{ outcome: "extended" }], [2]],
    ["release", (s) => release(s, guest, [mine.reservationId]), { released: 1 }, []],
    ["release everything", (s) => release(s, guest), { released: 1 }, []],
    ["read the cart", (s) => cartOf(s, guest), { totalQuantity: 2 }, [2]],
    ["forecast", (s) => validate(s, guest), [{ outcome: "held" }], [2]],
  ];

describe.each(requests)("a guest's late request to %s", (_, ask, answer, after) => {
  test("acts for the user", async () => {
    await transfer(db.sql, guest, user);
    expect(await ask(db.sql)).toMatchObject(answer as object);
    expect(await holdersOf(variantId)).toEqual(after.map((units) => [user, units]));
  });

  test("acts for the user also when it came while the guest was signing in", async () => {
    const [first, second] = [db.connect(), db.connect()];
    await begin(first);
    await transfer(first, guest, user);
    const late = await startBeside(db, first, second, ask);
    await commit(first);
    expect(await late.result).toMatchObject(answer as object);
    expect(await holdersOf(variantId)).toEqual(after.map((units) => [user, units]));
  });
});

test("a request of the guest that waits for a sign-in that fails acts for the guest", async () => {
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  await transfer(first, guest, user);
  const late = await startBlocked(db, second, (s) => reserve(s, guest, variantId, 3));
  await rollback(first);
  await late.result;
  expect(await holdersOf(variantId)).toEqual([[guest, 5]]);
});

test("guest and user in one batch are one shopper: their requests for a variant fold into one hold", async () => {
  await transfer(db.sql, guest, user);
  const lines = [{ variantId, quantity: 1 }];
  const answers = await reserveBatch(db.sql, [
    { shopperId: guest, lines },
    { shopperId: user, lines },
  ]);
  expect(answers.map((answer) => answer.lines[0]?.reservation?.quantity)).toEqual([3, 4]);
  expect(await holdersOf(variantId)).toEqual([[user, 4]]);
});

test("guest and user in one batch that waits for the sign-in are one shopper as well", async () => {
  const [first, second] = [db.connect(), db.connect()];
  const fresh = await createVariant(db.sql, 3);
  await begin(first);
  await transfer(first, guest, user);
  const lines = [{ variantId: fresh, quantity: 2 }];
  const batch = await startBlocked(db, second, (s) =>
    reserveBatch(s, [
      { shopperId: guest, lines },
      { shopperId: user, lines },
    ]),
  );
  await commit(first);
  expect((await batch.result).map((answer) => answer.outcome)).toEqual(["held", "insufficient_stock"]);
  expect(await holdersOf(fresh)).toEqual([[user, 2]]);
});

test("a change that is caught between asking for whom it acts and finding the hold still finds it", async () => {
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  await first`lock table reservations in access exclusive mode`;
  const late = await startBlocked(db, second, (s) => setQuantity(s, guest, mine.reservationId, 4));
  await transfer(first, guest, user);
  await commit(first);
  expect((await late.result).outcome).toBe("held");
});

test("signing in twice changes nothing the second time", async () => {
  await transfer(db.sql, guest, user);
  const before = await db.sql`select * from reservations where variant_id = ${variantId}`;
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred", merged: 0, moved: 0 });
  expect([...(await db.sql`select * from reservations where variant_id = ${variantId}`)]).toEqual([
    ...before,
  ]);
});

test("several guests can become one user, who has the units of all", async () => {
  const phone = newShopper();
  await hold(db.sql, phone, variantId, 3);
  await transfer(db.sql, guest, user);
  expect(await transfer(db.sql, phone, user)).toMatchObject({ merged: 1, moved: 0 });
  expect(await holdersOf(variantId)).toEqual([[user, 5]]);
  expect([await mergedInto(guest), await mergedInto(phone)]).toEqual([user, user]);
});

test("where a guest's user becomes another, the first guest points at the last: there are no chains", async () => {
  const last = newShopper();
  await transfer(db.sql, guest, user);
  await transfer(db.sql, user, last);
  expect([await mergedInto(guest), await mergedInto(user)]).toEqual([last, last]);
  await reserve(db.sql, guest, variantId, 1);
  expect(await holdersOf(variantId)).toEqual([[last, 3]]);
});

test("a guest who became one user does not become another, nor does a user become their guest", async () => {
  const other = newShopper();
  await transfer(db.sql, guest, user);
  expect(await transfer(db.sql, guest, other)).toEqual({ outcome: "already_merged" });
  expect(await transfer(db.sql, user, guest)).toEqual({ outcome: "already_merged" });
  expect(await transfer(db.sql, other, guest)).toEqual({ outcome: "already_merged" });
  expect(await holdersOf(variantId)).toEqual([[user, 2]]);
  expect([await mergedInto(guest), await mergedInto(user), await mergedInto(other)]).toEqual([
    user,
    null,
    null,
  ]);
});

test("while the guest is paying nothing is transferred, and afterwards it can be", async () => {
  await db.sql`update reservations set status = 'paying' where id = ${mine.reservationId}`;
  const other = await createVariant(db.sql, 3);
  const beside = await hold(db.sql, guest, other, 1);
  expect(await transfer(db.sql, guest, user)).toEqual({ outcome: "payment_open" });
  expect(await mergedInto(guest)).toBe(null);
  expect(await holdersOf(other)).toEqual([[guest, 1]]);
  await db.sql`update reservations set status = 'active' where id = ${mine.reservationId}`;
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred", moved: 2 });
  expect((await rowOf(db.sql, beside.reservationId)).status).toBe("active");
});

test("what the user is paying stays as it is, and the guest's units come beside it", async () => {
  const paid = await hold(db.sql, user, variantId, 1);
  await db.sql`update reservations set status = 'paying' where id = ${paid.reservationId}`;
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred", merged: 0, moved: 1 });
  expect(await rowOf(db.sql, paid.reservationId)).toMatchObject({ status: "paying", quantity: 1 });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 3 });
});

test("a guest who never held anything signs in all the same", async () => {
  const stranger = newShopper();
  expect(await transfer(db.sql, stranger, user)).toMatchObject({
    outcome: "transferred",
    merged: 0,
    moved: 0,
  });
  await reserve(db.sql, stranger, variantId, 1);
  expect((await cartOf(db.sql, user)).totalQuantity).toBe(1);
});
