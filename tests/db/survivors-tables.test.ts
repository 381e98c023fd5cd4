import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { begin, findDrift, rollback, sqlStateOf } from "./sessions.ts";

// Triggers of the tables that no other test noticed when `npm run mutate:db` took them away, or made them fire always.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

test("who writes into a level what it says already changes nothing, and is refused nothing", async () => {
  await hold(db.sql, newShopper(), variantId, 2);
  const traces = async () => {
    const [row] = await db.sql`
      select (select count(*)::int from stock_movements where variant_id = ${variantId}) as movements,
             (select count(*)::int from stock_trail where variant_id = ${variantId}) as trail`;
    return row;
  };
  const before = await traces();
  await db.sql`
    update stock_levels set variant_id = variant_id, location_id = location_id, on_hand = on_hand, reserved = reserved,
      safety_stock = safety_stock
    where variant_id = ${variantId}`;
  expect(await traces()).toEqual(before);
});

test("a level stays that of its variant, and of its location", async () => {
  await addLocation(db.sql, await createVariant(db.sql, 1), 1, 1);
  const move = (to: string) =>
    sqlStateOf(db.sql.unsafe(`update stock_levels set ${to} where variant_id = '${variantId}'`));
  expect(await move("location_id = (select id from locations where code <> 'main' limit 1)")).toBe("HF007");
  expect(await move("variant_id = (select id from variants where id <> variant_id limit 1)")).toBe("HF007");
});

test("a typed DELETE of a hold gives its units back to its own location alone", async () => {
  const elsewhere = await addLocation(db.sql, variantId, 5, 1);
  const first = await hold(db.sql, newShopper(), variantId, 3);
  const second = await hold(db.sql, newShopper(), variantId, 4);
  expect([first.locationId === elsewhere, second.locationId]).toEqual([false, elsewhere]);
  await db.sql`delete from reservations where id = ${first.reservationId}`;
  const levels = await db.sql`
    select location_id = ${elsewhere} as is_elsewhere, reserved from stock_levels
    where variant_id = ${variantId} order by reserved`;
  expect(levels).toEqual([
    { is_elsewhere: false, reserved: 0 },
    { is_elsewhere: true, reserved: 4 },
  ]);
});

test("refusals are summed up a thousand at a time, and those that somebody is counting now are left for later", async () => {
  const count = (n: number) => db.sql`
    insert into new_refusals (variant_id, reason, hour, shard, requests, units)
    select ${variantId}, 'insufficient_stock', date_trunc('hour', now()) - make_interval(hours => i), 0, 1, 1
    from generate_series(1, ${n}) as i`;
  const left = async () => {
    const [row] =
      await db.sql`select count(*)::int as left from new_refusals where variant_id = ${variantId}`;
    return must(row).left;
  };
  await count(3);
  const counting = db.connect();
  await begin(counting);
  await counting`update new_refusals set requests = 2
    where variant_id = ${variantId} and hour = (select min(hour) from new_refusals where variant_id = ${variantId})`;
  const keeping = db.connect();
  await keeping`set lock_timeout = '5s'`;
  await keeping`select private.keep_refusals()`;
  expect(await left()).toBe(1);
  await rollback(counting);
  await keeping`select private.keep_refusals()`;
  expect(await left()).toBe(0);
  await db.sql`delete from kept_refusals where variant_id = ${variantId}`;
  await count(1001);
  await keeping`select private.keep_refusals()`;
  expect(await left()).toBe(1);
  const [kept] =
    await db.sql`select sum(requests)::int as requests from kept_refusals where variant_id = ${variantId}`;
  expect(kept).toEqual({ requests: 1000 });
});
