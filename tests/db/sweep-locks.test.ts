import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type Sql, type TestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  newShopper,
  sweep,
} from "../support/shop.ts";
import { begin, commit, rollback, sqlStateOf, startBeside, startBlocked } from "./sessions.ts";

// A sweep that waits for a level has no other in its hand, also where the world changed while it looked: Postgres
// keeps the lock of a row that it locked only to find that the condition holds no longer.

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
});

afterEach(async () => {
  await expectConsistent(db.sql);
  await db.drop();
});

/** A variant whose bound says that something lapsed so many hours ago, and nothing has. */
async function seemingLapsed(hours: number): Promise<string> {
  const id = await createVariant(db.sql, 1);
  await db.sql`update stock_levels set next_expiry_at = now() - make_interval(hours => ${hours})
    where variant_id = ${id}`;
  return id;
}

const lock = (session: Sql, variantId: string) =>
  session`select from stock_levels where variant_id = ${variantId} for no key update`;

test("a sweep that stood in line for a level where nothing lapses any more waits for no second one", async () => {
  const [first, second] = [await seemingLapsed(2), await seemingLapsed(1)];
  const atFirst = db.connect();
  const atSecond = db.connect();
  await begin(atFirst);
  await atFirst`update stock_levels set next_expiry_at = 'infinity' where variant_id = ${first}`;
  await begin(atSecond);
  await lock(atSecond, second);

  const swept = await startBlocked(db, db.connect(), (session) => sweep(session));
  await commit(atFirst);
  // Having waited for the second in vain would be said.
  expect(await swept.result).toMatchObject({ expired: 0, more: false });
  await rollback(atSecond);
});

/** A variant whose only unit is held at each of two locations, and lapses at the first. */
async function heldAtTwoLocations() {
  const variantId = await createVariant(db.sql, 1);
  const elsewhere = await addLocation(db.sql, variantId, 1, 9);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  const there = await hold(db.sql, newShopper(), variantId, 1);
  await letTimePass(db, 901, shopperId);
  return { elsewhere, there };
}

test("a sweep marks what lapsed at the levels that it has locked, and nothing beside them", async () => {
  const { elsewhere, there } = await heldAtTwoLocations();
  await letTimePass(db, 901);
  const busy = db.connect();
  await begin(busy);
  await busy`select from stock_levels where location_id = ${elsewhere} for no key update`;
  expect(await sweep(db.sql)).toMatchObject({ expired: 1 });
  const [row] = await db.sql`select status from reservations where id = ${there.reservationId}`;
  expect(row).toEqual({ status: "active" });
  await rollback(busy);
});

test("a sweep locks the levels where something lapsed, and no other level of the same variant", async () => {
  const { elsewhere } = await heldAtTwoLocations();
  await db.sql`update stock_levels set next_expiry_at = now() + interval '10 minutes' where location_id = ${elsewhere}`;
  const sweeping = db.connect();
  await begin(sweeping);
  expect(await sweep(sweeping)).toMatchObject({ expired: 1 });
  const state = await sqlStateOf(
    db.sql`select from stock_levels where location_id = ${elsewhere} for no key update nowait`,
  );
  expect(state).toBe("none");
  await commit(sweeping);
});

/** The last in the order of locks. */
const last = "ffffffff-ffff-4fff-bfff-ffffffffffff";

/** Says of the last level that something has lapsed there, and that nothing has, in turn, as fast as it goes. */
async function moveBound(session: Sql, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    await session`update stock_levels set next_expiry_at = 'infinity' where location_id = ${last}`;
    await session`update stock_levels set next_expiry_at = now() - interval '1 hour' where location_id = ${last}`;
  }
}

test("a level whose bound moves while the sweep looks at it stays free while the sweep waits for another", async () => {
  // Thousands of levels that are being worked on lie between the look at all of them and the lock of the last one.
  const variantId = await seemingLapsed(1);
  await db.sql`insert into locations (code, name) select 'l' || n, 'Elsewhere' from generate_series(1, 3000) as n`;
  await db.sql`insert into locations (id, code, name) values (${last}, 'last', 'Last')`;
  await db.sql`insert into stock_levels (variant_id, location_id, on_hand, next_expiry_at)
    select ${variantId}, id, 1, now() - interval '1 hour' from locations where code <> 'main'`;
  const [busy, mover, sweeping, other] = [db.connect(), db.connect(), db.connect(), db.connect()];
  await other`set lock_timeout = '1s'`;

  const states: string[] = [];
  for (let n = 0; n < 200 && states.length < 40; n++) {
    await begin(busy);
    await busy`select from stock_levels where location_id <> ${last} for no key update`;
    let isOver = false;
    const moving = moveBound(mover, () => isOver);
    const { result, isBlocked } = await startBeside(db, busy, sweeping, (session) => sweep(session));
    isOver = true;
    if (isBlocked) {
      states.push(
        await sqlStateOf(other`select from stock_levels where location_id = ${last} for no key update`),
      );
    }
    await rollback(busy);
    await Promise.all([moving, result]);
  }
  expect(states.length, "the sweep had to wait now and then").toBeGreaterThanOrEqual(3);
  expect(states).toEqual(states.map(() => "none"));
}, 120_000);
