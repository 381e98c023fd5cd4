import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { forOther, type Keyed, newKey } from "../support/keys.ts";
import {
  type Answer,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { countOutcomes, inCrowd, openCrowd } from "./crowd.ts";
import { begin, commit, rollback, sqlStateOf, startBlocked, transfer } from "./sessions.ts";

// One wish that is sent many times at once: the phone lost the answer, and its user is in a hurry.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let key: Keyed;
let first: Sql;
let second: Sql;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 10);
  shopperId = newShopper();
  key = newKey();
  [first, second] = [db.connect(), db.connect()];
});
afterEach(async () => {
  await Promise.all([first.end(), second.end()]);
  await expectConsistent(db.sql);
});

const wish = (quantity = 1, keyed: Partial<Keyed> = key, asking = shopperId) => ({
  shopperId: asking,
  lines: [{ variantId, quantity }],
  ...keyed,
});
const ask = async (session: Sql, quantity = 1, keyed?: Keyed): Promise<Answer> =>
  must((await reserveBatch(session, [wish(quantity, keyed)]))[0]);
const reserved = async () => (await stockOf(db.sql, variantId)).reserved;
const times = (count: number) => Array.from({ length: count }, (_, n) => n);

describe("50 connections at once", () => {
  let crowd: Sql[];
  beforeEach(async () => {
    crowd = await openCrowd(db, 50);
  });
  afterEach(() => Promise.all(crowd.map((session) => session.end())));

  test.each<[string, boolean, number]>([
    ["a stranger, who wants what there is plenty of", true, 1],
    ["a stranger, who wants all there is", true, 10],
    ["somebody who has been here, who wants what there is plenty of", false, 1],
    ["somebody who has been here, who wants all there is", false, 10],
  ])("%s, with one key: one hold and one answer", async (_, isStranger, quantity) => {
    if (!isStranger) await db.sql`insert into shoppers (id) values (${shopperId})`;
    const answers = await inCrowd(crowd, times(50), (session) => ask(session, quantity));
    const [one] = answers;
    expect(one?.result.outcome).toBe("held");
    for (const { result } of answers) expect(result).toEqual(one?.result);
    expect(await reserved()).toBe(quantity);
  });

  test("one key in batches among strangers: one hold and one answer, and all strangers are served", async () => {
    await db.sql`update stock_levels set on_hand = 200 where variant_id = ${variantId}`;
    const answers = await inCrowd(crowd, times(100), async (session) => {
      const [stranger, mine] = await reserveBatch(session, [wish(1, newKey(), newShopper()), wish(2)]);
      return { stranger: must(stranger), mine: must(mine) };
    });
    expect(countOutcomes(answers.map(({ result }) => result.stranger))).toEqual({ held: 100 });
    const one = answers[0]?.result.mine;
    expect(one?.outcome).toBe("held");
    for (const { result } of answers) expect(result.mine).toEqual(one);
    expect(await reserved()).toBe(102);
  });

  test("one key for two bodies: one of them is done, the other is told", async () => {
    const answers = await inCrowd(crowd, times(50), (session, n) =>
      n % 2 ? ask(session, 2) : ask(session, 3, forOther(key)),
    );
    expect(countOutcomes(answers.map(({ result }) => result))).toEqual({
      held: 25,
      idempotency_mismatch: 25,
    });
    expect([2, 3]).toContain(await reserved());
  });

  test("while the guest signs in: one hold, whoever asks", async () => {
    const user = newShopper();
    await db.sql`insert into shoppers (id) values (${shopperId})`;
    const answers = await inCrowd(crowd, times(60), async (session, n) => {
      if (n === 25) await transfer(session, shopperId, user);
      return ask(session, 10);
    });
    expect(countOutcomes(answers.map(({ result }) => result))).toEqual({ held: 60 });
    expect(await reserved()).toBe(10);
  });

  test.each<[string, (session: Sql, ids: string[], keyed: Keyed) => Promise<unknown>, number]>([
    [
      "extending",
      (s, ids, k) =>
        s`select extend_reservations(${shopperId}, ${ids}, 'partial', ${k.idempotencyKey}, ${k.bodyHash}) - 'serverNow' as a`,
      3,
    ],
    [
      "giving back",
      (s, ids, k) =>
        s`select release_reservations(${shopperId}, ${ids}, 'partial', ${k.idempotencyKey}, ${k.bodyHash}) - 'serverNow' as a`,
      0,
    ],
    [
      "setting a quantity",
      (s, ids, k) =>
        s`select set_reservation_quantity(${shopperId}, ${must(ids[0])}, 5, ${k.idempotencyKey}, ${k.bodyHash}) - 'serverNow' as a`,
      5,
    ],
  ])("%s with one key is done once, and answered to all alike", async (_, change, units) => {
    const { reservationId } = await hold(db.sql, shopperId, variantId, 3);
    await letTimePass(db, 60, shopperId);
    const before = await trailLength();
    const answers = await inCrowd(crowd, times(50), (session) => change(session, [reservationId], key));
    for (const { result } of answers) expect(result).toEqual(answers[0]?.result);
    expect((await trailLength()) - before).toBe(1);
    expect(await reserved()).toBe(units);
  });
});

const trailLength = async () =>
  (await db.sql`select 1 from reservation_trail where variant_id = ${variantId}`).length;

test.each([
  ["a stranger", true],
  ["somebody who has been here", false],
])("the second of two waits for the first, and is answered alike: %s", async (_, isStranger) => {
  if (!isStranger) await db.sql`insert into shoppers (id) values (${shopperId})`;
  await begin(first);
  const answer = await ask(first, 10);
  const late = await startBlocked(db, second, (session) => ask(session, 10));
  await commit(first);
  expect(await late.result).toEqual(answer);
  expect(await reserved()).toBe(10);
});

test("the second of two does it where the first was rolled back", async () => {
  await begin(first);
  await ask(first, 10);
  const late = await startBlocked(db, second, (session) => ask(session, 10));
  await rollback(first);
  expect(await late.result).toMatchObject({ outcome: "held" });
  expect(await reserved()).toBe(10);
});

test("a repetition that meets the sign-in is answered as what the guest was told", async () => {
  const user = newShopper();
  const answer = await ask(first, 10);
  await begin(first);
  await transfer(first, shopperId, user);
  const late = await startBlocked(db, second, (session) =>
    reserveBatch(session, [wish(10), wish(1, newKey(), newShopper())]),
  );
  await commit(first);
  expect(await late.result).toMatchObject([answer, { outcome: "insufficient_stock" }]);
});

test("a key that is pruned at this moment may be used again", async () => {
  await ask(db.sql);
  await db.sql`update idempotency_keys set created_at = created_at - interval '25 hours'`;
  await begin(first);
  await first`select expire_reservations()`;
  const late = await startBlocked(db, second, (session) => ask(session));
  await commit(first);
  expect(await late.result).toMatchObject({ outcome: "held" });
  expect(await reserved()).toBe(2);
  expect(await db.sql`select 1 from idempotency_keys where shopper_id = ${shopperId}`).toHaveLength(1);
});

test("the sweep passes over a key that somebody writes anew", async () => {
  await ask(db.sql);
  await db.sql`update idempotency_keys set created_at = created_at - interval '25 hours'`;
  await begin(first);
  await ask(first);
  expect(await sqlStateOf(second`select expire_reservations()`)).toBe("none");
  await commit(first);
  expect(await db.sql`select 1 from idempotency_keys where shopper_id = ${shopperId}`).toHaveLength(1);
});
