import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type Sql, type TestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, hold, must, newShopper } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

// Who prunes: the secret key by one narrow function, whose age limit is the setting's and not its caller's.

let db: TestDatabase;
let secret: Sql;

beforeEach(async () => {
  db = await createTestDatabase();
  secret = db.connectAs("service_role");
});

afterEach(() => db.drop());

/** As many rows of the trail of holds as there are ages, in days. */
async function trailOf(...days: number[]): Promise<void> {
  const variantId = await createVariant(db.sql, 900);
  for (const age of days) {
    const { reservationId } = await hold(db.sql, newShopper(), variantId);
    await asSuperuser(
      db,
      (tx) => tx`update reservation_trail set at = clock_timestamp() - make_interval(days => ${age})
        where reservation_id = ${reservationId}`,
    );
  }
}

const keep = (days: number | null) =>
  db.sql`update store_settings set trail_kept_days = ${days} where is_only_row`;

async function prune(limit?: number) {
  const [row] = limit
    ? await secret`select prune_old_records(${limit}) as answer`
    : await secret`select prune_old_records() as answer`;
  return must(row).answer as {
    trailBefore: string | null;
    trailRows: number;
    counters: number;
    more: boolean;
  };
}

async function agesLeft(): Promise<number[]> {
  const rows = await db.sql<{ days: number }[]>`
    select extract(day from clock_timestamp() - at)::int as days from reservation_trail order by at desc`;
  return rows.map(({ days }) => days);
}

test("by the setting, a year unless it says otherwise, what is older goes and its totals stay", async () => {
  await trailOf(1, 364, 366, 800);
  expect(await prune()).toMatchObject({ trailRows: 2, counters: 0, more: false });
  expect(await agesLeft()).toEqual([1, 364]);
  const [total] = await db.sql`select sum(changes)::int as changes from trail_totals`;
  expect(total?.changes).toBe(2);
});

test("null keeps it for ever", async () => {
  await trailOf(1, 36_000);
  await keep(null);
  expect(await prune()).toMatchObject({ trailBefore: null, trailRows: 0, more: false });
  expect(await agesLeft()).toEqual([1, 36_000]);
  await keep(30);
  expect(await prune()).toMatchObject({ trailRows: 1 });
});

test("whatever the setting says, the last 30 days stay", async () => {
  await trailOf(1, 29, 31);
  expect(await sqlStateOf(keep(29)), "the table refuses it").toBe("23514");
  await db.sql`alter table store_settings drop constraint store_settings_trail_kept_days_check`;
  await keep(0);
  expect(await prune()).toMatchObject({ trailRows: 1 });
  expect(await agesLeft()).toEqual([1, 29]);
});

test("it goes in portions, and each leaves what it did", async () => {
  await trailOf(400, 400, 400);
  expect(await prune(2)).toMatchObject({ trailRows: 2, more: true });
  expect(await prune(2)).toMatchObject({ trailRows: 1, more: false });
  const runs = await db.sql`
    select trail_rows, counters, is_more, trail_before < now() - interval '364 days' as is_right from prune_runs order by id`;
  expect([...runs]).toEqual([
    { trail_rows: 2, counters: 0, is_more: true, is_right: true },
    { trail_rows: 1, counters: 0, is_more: false, is_right: true },
  ]);
});

test("several at once prune every row once", async () => {
  await trailOf(...Array.from({ length: 12 }, () => 400));
  const sessions = Array.from({ length: 4 }, () => db.connectAs("service_role"));
  await Promise.all(sessions.map((session) => session`select prune_old_records(5)`));
  while ((await prune(5)).more);
  expect(await agesLeft()).toEqual([]);
  const [row] =
    await db.sql`select sum(changes)::int as kept, (select sum(trail_rows)::int from prune_runs) as told
    from trail_totals`;
  expect(row).toEqual({ kept: 12, told: 12 });
});

test("counters of webhook failures go after 90 days, what runs left after 400", async () => {
  await db.sql`insert into webhook_failures (hour, reason, deliveries, last_at)
    select h, 'failed', 1, h from unnest(array[now() - interval '91 days', now() - interval '89 days']) as h`;
  await db.sql`insert into prune_runs (started_at, finished_at, trail_rows, counters, is_more)
    select a, a, 0, 0, false from unnest(array[now() - interval '401 days', now() - interval '399 days']) as a`;
  expect(await prune()).toMatchObject({ trailRows: 0, counters: 1, more: false });
  const [left] = await db.sql`select (select count(*)::int from webhook_failures) as failures,
    (select count(*)::int from prune_runs) as runs`;
  expect(left).toEqual({ failures: 1, runs: 2 });
});

test("nobody else may, and by no other way", async () => {
  await trailOf(400);
  for (const role of ["anon", "authenticated"] as const)
    expect(await sqlStateOf(db.connectAs(role)`select prune_old_records()`), role).toBe("42501");
  for (const statement of [
    "delete from reservation_trail",
    "delete from order_trail",
    "delete from prune_runs",
    "delete from webhook_failures",
    "update store_settings set trail_kept_days = 30",
    "select private.prune_trail()",
  ])
    expect(await sqlStateOf(secret.unsafe(statement)), statement).toBe("42501");
  // The function leaves no licence behind in its transaction.
  await db.sql.begin(async (tx) => {
    await tx`select prune_old_records()`;
    expect(await sqlStateOf(tx.savepoint((sp) => sp`delete from stock_trail`))).toBe("HF008");
  });
});

test("a limit that makes no sense is refused, and nothing is written down", async () => {
  for (const limit of [0, -1, 100_001, null])
    expect(await sqlStateOf(secret`select prune_old_records(${limit}::integer)`)).toBe("HF001");
  expect(await db.sql`select from prune_runs`).toHaveLength(0);
});
