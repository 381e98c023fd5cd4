import { afterEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  reserveBatch,
} from "../support/shop.ts";
import { inCrowd, openCrowd } from "./crowd.ts";
import { commit, lockLevels, pidOf, startBlocked } from "./sessions.ts";

const db = useTestDatabase();

afterEach(() => expectConsistent(db.sql));

const one = (variantId: string, quantity = 1) => ({
  shopperId: newShopper(),
  lines: [{ variantId, quantity }],
});

async function refusalsOf(variantId: string) {
  return [
    ...(await db.sql<{ reason: string; requests: number; units: number }[]>`
      select reason, sum(requests)::int as requests, sum(units)::int as units
      from reservation_refusals where variant_id = ${variantId} group by reason order by reason`),
  ];
}

test("refusals are counted per variant and reason, with the units that were not held", async () => {
  const [a, b] = [await createVariant(db.sql, 2), await createVariant(db.sql, 500)];
  await reserveBatch(db.sql, [
    one(a, 5),
    { ...one(a, 3), mode: "partial" },
    one(b, 101),
    one(b, 100),
    one(newShopper()),
  ]);
  expect(await refusalsOf(a)).toEqual([{ reason: "insufficient_stock", requests: 2, units: 4 }]);
  expect(await refusalsOf(b)).toEqual([{ reason: "limit_reached", requests: 1, units: 1 }]);
});

test("variants that do not exist are not counted: made-up ids cannot fill the table", async () => {
  const [before] = await db.sql`select count(*) from reservation_refusals`;
  await reserveBatch(
    db.sql,
    Array.from({ length: 256 }, () => one(newShopper())),
  );
  const [after] = await db.sql`select count(*) from reservation_refusals`;
  expect(after).toEqual(before);
});

test("a crowd before an empty shelf leaves at most one row per shard, no shopper and no trail", async () => {
  const variantId = await createVariant(db.sql, 0);
  const sessions = await openCrowd(db, 24);
  const count = () =>
    db.sql`select (select count(*) from shoppers), (select count(*) from audit_log) as trail`;
  const before = await count();

  await inCrowd(sessions, Array.from({ length: 480 }), (session) => reserveBatch(session, [one(variantId)]));

  expect(await refusalsOf(variantId)).toEqual([{ reason: "insufficient_stock", requests: 480, units: 480 }]);
  const [rows] = await db.sql<{ most: number }[]>`
    select max(per_hour)::int as most from (
      select count(*) as per_hour from reservation_refusals where variant_id = ${variantId} group by hour) as h`;
  expect(must(rows).most).toBeLessThanOrEqual(16);
  expect(await count()).toEqual(before);
});

test("a refusal of what is sold out waits for no lock: it is answered while somebody holds the level", async () => {
  const variantId = await createVariant(db.sql, 1);
  await hold(db.sql, newShopper(), variantId);
  const slow = db.connect();
  await lockLevels(slow, variantId);
  const answer = await reserve(db.connect(), newShopper(), variantId);
  expect(answer.outcome).toBe("insufficient_stock");
  const [row] = await slow`select txid_current_if_assigned() is not null as is_open`;
  expect(row).toEqual({ is_open: true });
  await commit(slow);
});

test("nobody is refused unseen while a hold has lapsed: the request waits, looks and takes the unit", async () => {
  const variantId = await createVariant(db.sql, 1);
  await hold(db.sql, newShopper(), variantId);
  await letTimePass(db, 901);
  const slow = db.connect();
  await lockLevels(slow, variantId);
  const waiting = await startBlocked(db, db.connect(), (session) =>
    reserve(session, newShopper(), variantId),
  );
  await commit(slow);
  expect((await waiting.result).outcome).toBe("held");
});

test("a whole batch is refused unseen only if every request in it must be", async () => {
  const [gone, there] = [await createVariant(db.sql, 0), await createVariant(db.sql, 1)];
  const cart = [
    { variantId: there, quantity: 1 },
    { variantId: gone, quantity: 1 },
  ];
  const answers = await reserveBatch(db.sql, [
    one(gone),
    { shopperId: newShopper(), lines: cart },
    { shopperId: newShopper(), lines: cart, mode: "partial" },
    one(there),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual([
    "insufficient_stock",
    "insufficient_stock",
    "partial",
    "insufficient_stock",
  ]);
});

test("refusals are counted in one order everywhere, so that counting never deadlocks", async () => {
  const variants = [
    await createVariant(db.sql, 1),
    await createVariant(db.sql, 0),
    await createVariant(db.sql, 1),
  ];
  const [a, between, b] = variants.sort() as [string, string, string];
  const shopperId = newShopper();
  await db.sql`update stock_levels set on_hand = 1 where variant_id in ${db.sql([a, b])}`;
  const ids = [await hold(db.sql, shopperId, b), await hold(db.sql, shopperId, a)].map(
    (h) => h.reservationId,
  );
  await letTimePass(db, 901);
  await db.sql`update stock_levels set on_hand = 1 where variant_id = ${between}`;
  for (const variantId of variants) await hold(db.sql, newShopper(), variantId);
  const [counting, extending] = await twoOfOneShard();
  const slow = db.connect();
  const shard = (await pidOf(counting)) % 16;
  await slow`begin`;
  await slow`insert into new_refusals values
    (${between}, 'insufficient_stock', date_trunc('hour', statement_timestamp()), ${shard}, 1, 1)`;

  const counted = await startBlocked(db, counting, (session) =>
    reserveBatch(
      session,
      variants.map((variantId) => one(variantId)),
    ),
  );
  const extended = await startBlocked(db, extending, (session) => extend(session, shopperId, ids));
  await slow`rollback`;

  expect((await counted.result).map((answer) => answer.outcome)).toEqual(Array(3).fill("insufficient_stock"));
  expect((await extended.result).map((answer) => answer.outcome)).toEqual(["expired", "expired"]);
});

/** Two sessions that count refusals in the same rows: of 17 there must be two. */
async function twoOfOneShard(): Promise<[Sql, Sql]> {
  const seen = new Map<number, Sql>();
  for (const session of db.connect(17)) {
    const shard = (await pidOf(session)) % 16;
    const other = seen.get(shard);
    if (other) return [other, session];
    seen.set(shard, session);
  }
  throw new Error("17 sessions fit into 16 shards");
}
