import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  reserveBatch,
  sweep,
} from "../support/shop.ts";
import { begin, commit, lockLevels, rollback, sqlStateOf, startBeside, startBlocked } from "./sessions.ts";

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
});

afterEach(async () => {
  await expectConsistent(db.sql);
  await db.drop();
});

/** Variants with so many holds of one unit each, all lapsed. */
async function lapsedHolds(variants: number, each: number): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: variants }, () => createVariant(db.sql, each)));
  for (const variantId of ids) {
    const requests = Array.from({ length: each }, () => ({
      shopperId: newShopper(),
      lines: [{ variantId, quantity: 1 }],
    }));
    await reserveBatch(db.sql, requests);
  }
  await letTimePass(db, 901);
  return ids;
}

const runs = () => db.sql<{ expired: number; units: number; is_more: boolean }[]>`
  select expired, units, is_more from sweep_runs order by id`;

test("each run of the sweep leaves its row: what it marked, what came back, whether there is more", async () => {
  await lapsedHolds(2, 3);
  await sweep(db.sql, 4);
  await sweep(db.sql, 4);
  await sweep(db.sql, 4);
  expect([...(await runs())]).toEqual([
    { expired: 4, units: 4, is_more: true },
    { expired: 2, units: 2, is_more: false },
    { expired: 0, units: 0, is_more: false },
  ]);
});

test("a row says what the answer said, and when", async () => {
  const variantId = await createVariant(db.sql, 9);
  await hold(db.sql, newShopper(), variantId, 7);
  await letTimePass(db, 901);
  const [run] = await db.sql<{ answer: object }[]>`select expire_reservations() as answer`;
  const [row] =
    await db.sql`select jsonb_build_object('serverNow', started_at, 'expired', expired, 'units', units,
    'more', is_more) as said, finished_at >= started_at as is_in_order from sweep_runs`;
  expect(row).toEqual({ said: must(run).answer, is_in_order: true });
  expect(must(run).answer).toMatchObject({ expired: 1, units: 7, more: false });
});

test("a run that is rolled back was none, and its holds are the next one's", async () => {
  await lapsedHolds(1, 2);
  const session = db.connect();
  await begin(session);
  expect((await sweep(session)).expired).toBe(2);
  await rollback(session);
  expect(await runs()).toHaveLength(0);
  expect((await sweep(db.sql)).expired).toBe(2);
});

test("a refused limit leaves no row", async () => {
  for (const limit of [0, -1, 10_001, null]) {
    expect(await sqlStateOf(db.sql`select expire_reservations(${limit}::integer)`)).toBe("HF001");
  }
  expect(await runs()).toHaveLength(0);
});

test("two sweeps at once: the second passes over what the first has, and nothing is counted twice", async () => {
  await lapsedHolds(3, 2);
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  expect(await sweep(first, 2)).toMatchObject({ expired: 2, more: true });
  // The first has looked for levels in portions, and may have all of them locked: then the second stands in line.
  const beside = await startBeside(db, first, second, (session) => sweep(session));
  await commit(first);
  expect((await beside.result).expired + (await sweep(second)).expired).toBe(4);
  const total = (await runs()).reduce((sum, { expired }) => sum + expired, 0);
  expect(total).toBe(6);
});

test("many sweeps beside shoppers who take lapsed units: the rows add up to what sweeps marked", async () => {
  const variants = await lapsedHolds(6, 20);
  const sessions = db.connect(6);
  await Promise.all(
    sessions.map(async (session, i) => {
      for (let n = 0; n < 8; n++) {
        if (i < 4) await sweep(session, 7);
        else await reserve(session, newShopper(), must(variants[(i + n) % 6]), 5);
      }
    }),
  );
  while ((await sweep(db.sql, 7)).more);
  const [row] = await db.sql<{ expired: number; twice: number; by_shoppers: number }[]>`
    select (select count(*)::int from reservations where status = 'expired') as expired,
           (select count(*)::int from (select from audit_log where after ->> 'status' = 'expired'
                                       group by entity_id having count(*) > 1) as t) as twice`;
  expect(row).toEqual({ expired: 120, twice: 0 });
  const swept = (await runs()).reduce((sum, { expired }) => sum + expired, 0);
  // Shoppers took at most as many holds as units were missing to them: 16 times 5.
  expect(swept).toBeGreaterThanOrEqual(120 - 80);
  expect(swept).toBeLessThanOrEqual(120);
});

test("a level that somebody is working on is not in the run, and in the next one it is", async () => {
  const [busy] = await lapsedHolds(2, 2);
  const slow = db.connect();
  await lockLevels(slow, must(busy));
  await sweep(db.sql);
  await rollback(slow);
  await sweep(db.sql);
  expect((await runs()).map(({ expired }) => expired)).toEqual([2, 2]);
});

test("where all that has lapsed is being worked on, the sweep stands in line, and then it sweeps", async () => {
  const [busy] = await lapsedHolds(1, 2);
  const slow = db.connect();
  await lockLevels(slow, must(busy));
  const swept = await startBlocked(db, db.connect(), (session) => sweep(session));
  await commit(slow);
  expect(await swept.result).toMatchObject({ expired: 2 });
});

test("a sweep that stood in line in vain says so, and leaves its row", async () => {
  const [busy] = await lapsedHolds(1, 2);
  const slow = db.connect();
  await lockLevels(slow, must(busy));
  expect(await sweep(db.sql)).toMatchObject({ expired: 0, more: true });
  await rollback(slow);
  expect((await runs()).map(({ expired }) => expired)).toEqual([0]);
});

test("a sweep that has locked a level waits for no other: whoever holds that one may want ours", async () => {
  const [busy] = await lapsedHolds(1, 2);
  const fresh = await createVariant(db.sql, 1);
  // Its bound says that something may have lapsed, and nothing has.
  await db.sql`update stock_levels set next_expiry_at = now() where variant_id = ${fresh}`;
  const slow = db.connect();
  await lockLevels(slow, must(busy));
  const beside = await startBeside(db, slow, db.connect(), (session) => sweep(session));
  await rollback(slow);
  expect({ isBlocked: beside.isBlocked, ...(await beside.result) }).toMatchObject({
    isBlocked: false,
    expired: 0,
  });
});
