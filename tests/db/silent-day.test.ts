import { beforeAll, expect, test } from "vitest";
import type { Sql } from "../support/database.ts";
import { useTestDatabase } from "../support/database.ts";
import {
  availabilityOf,
  createVariant,
  hold,
  must,
  newShopper,
  reserve,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { begin, rollback } from "./sessions.ts";

// A day on which no scheduler called: a million holds have lapsed, and nobody has swept one of them.
// They are inserted as a shop would have inserted them, every trigger counts and writes the trail.

const db = useTestDatabase();
const SHOPPERS = 100_000;
const VARIANTS = 10;
let variantIds: string[];

beforeAll(async () => {
  variantIds = await Promise.all(Array.from({ length: VARIANTS }, () => createVariant(db.sql, SHOPPERS)));
  const session = db.connect();
  await session`insert into shoppers (id) select gen_random_uuid() from generate_series(1, ${SHOPPERS})`;
  for (const variantId of variantIds) {
    await session`
      insert into reservations (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at,
                                expires_at, max_expires_at)
      select gen_random_uuid(), s.id, ${variantId}, l.id, 1, 900, e.at - interval '15 minutes', e.at,
             e.at + interval '1 hour'
      from shoppers as s cross join locations as l
      -- Names the shopper, so that every row has an instant of its own.
      cross join lateral (select now() - interval '10 minutes' - random() * interval '1 day' as at where s.id is not null) as e
      where l.code = 'main'`;
  }
  await session`analyze reservations, shoppers, stock_levels`;
}, 600_000);

/** Rows of holds that the transaction of this session has read so far. */
async function rowsRead(session: Sql): Promise<number> {
  const [row] = await session<{ rows: number }[]>`
    select (seq_tup_read + idx_tup_fetch)::int as rows from pg_stat_xact_user_tables where relname = 'reservations'`;
  return must(row).rows;
}

test("every unit is still counted as reserved", async () => {
  const [row] =
    await db.sql`select count(*)::int as holds, count(*) filter (where expires_at < now())::int as lapsed
    from reservations where status = 'active'`;
  expect(row).toEqual({ holds: SHOPPERS * VARIANTS, lapsed: SHOPPERS * VARIANTS });
  for (const variantId of variantIds) {
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: SHOPPERS, reserved: SHOPPERS });
  }
});

test("the next buyer is served, and that reads and ends as many holds as it needs", async () => {
  const session = db.connect();
  const variantId = must(variantIds[0]);
  await begin(session);
  expect(await reserve(session, newShopper(), variantId, 3)).toMatchObject({ outcome: "held" });
  expect(await rowsRead(session), "of a million").toBeLessThan(2_000);
  const [row] = await session`select count(*)::int as ended from reservations
    where status = 'expired' and variant_id = ${variantId}`;
  expect(row?.ended).toBeGreaterThanOrEqual(3);
  expect(row?.ended).toBeLessThan(2_000);
  await rollback(session);
});

test("who only looks is told what is free, for as little", async () => {
  const session = db.connect();
  await begin(session);
  expect(await availabilityOf(session, must(variantIds[1]))).toMatchObject({
    state: "in_stock",
    atLeast: true,
  });
  expect(await rowsRead(session), "of a million").toBeLessThan(2_000);
  await rollback(session);
});

test("the sweep that comes at last works through it in bounded batches, beside buyers", async () => {
  const held = Promise.all(variantIds.map((variantId) => hold(db.sql, newShopper(), variantId, 2)));
  const [first, second] = await Promise.all([sweep(db.sql, 1_000), sweep(db.sql, 1_000), held]);
  expect(first.expired).toBeLessThanOrEqual(1_000);
  expect(first.expired + second.expired).toBeGreaterThan(0);
  const [drift] = await db.sql`select count(*)::int as levels from stock_levels as s
    where s.reserved <> (select coalesce(sum(r.quantity), 0) from reservations as r
      where r.variant_id = s.variant_id and r.location_id = s.location_id and r.status in ('active', 'paying'))`;
  expect(drift?.levels).toBe(0);
});
