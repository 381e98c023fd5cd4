import { afterEach, beforeEach, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  addLocation,
  asSuperuser,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  sweep,
} from "../support/shop.ts";

// What those who operate the shop look at. A database for each test: these views count everything.

let db: TestDatabase;
let variantId = "";
let main = "";

beforeEach(async () => {
  db = await createTestDatabase();
  variantId = await createVariant(db.sql, 10, { safetyStock: 1 });
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});

afterEach(async () => {
  await expectConsistent(db.sql);
  await db.drop();
});

const pay = (reservationId: string) =>
  db.sql`update reservations set status = 'paying' where id = ${reservationId}`;

/** One of each kind: live 2, paid 1 (late), lapsed 3 and not swept. */
async function fillShop() {
  const lapsed = await hold(db.sql, newShopper(), variantId, 3);
  const paid = await hold(db.sql, newShopper(), variantId, 1);
  await pay(paid.reservationId);
  await letTimePass(db, 901);
  const live = await hold(db.sql, newShopper(), variantId, 2);
  return { lapsed, paid, live };
}

test("reservation_summary counts what is live, what has lapsed and what is being paid, per level", async () => {
  const { live } = await fillShop();
  const sooner = await hold(db.sql, newShopper(), variantId, 1);
  await db.sql`update reservations set expires_at = expires_at - interval '5 min' where id = ${sooner.reservationId}`;
  const given = newShopper();
  await hold(db.sql, given, variantId, 2);
  await release(db.sql, given);
  const rows =
    await db.sql`select *, next_expiry_at < ${live.expiresAt} as is_sooner from reservation_summary`;
  expect(rows).toHaveLength(1);
  const { next_expiry_at: _, ...row } = must(rows[0]);
  expect(row).toEqual({
    variant_id: variantId,
    location_id: main,
    active_holds: "2",
    active_units: "3",
    lapsed_holds: "1",
    lapsed_units: "3",
    paying_holds: "1",
    paying_units: "1",
    is_sooner: true,
  });
});

test("a level without holds is not in the summary, one with only lapsed ones has no next expiry", async () => {
  expect(await db.sql`select * from reservation_summary`).toHaveLength(0);
  await hold(db.sql, newShopper(), variantId, 3);
  await letTimePass(db, 901);
  expect(await db.sql`select next_expiry_at from reservation_summary`).toMatchObject([
    { next_expiry_at: null },
  ]);
});

test("expired_reservations are all whose time ran out, whether the sweep marked them or not", async () => {
  const { lapsed } = await fillShop();
  const expired = () =>
    db.sql`select id, quantity, is_unswept, ended_at is null as is_open from expired_reservations`;
  expect([...(await expired())]).toEqual([
    { id: lapsed.reservationId, quantity: 3, is_unswept: true, is_open: true },
  ]);
  await sweep(db.sql);
  expect([...(await expired())]).toEqual([
    { id: lapsed.reservationId, quantity: 3, is_unswept: false, is_open: false },
  ]);
});

test("stock_availability says of each level what it can give now, lapsed units included, in full", async () => {
  const elsewhere = await addLocation(db.sql, variantId, 50, 1);
  await fillShop();
  const rows = await db.sql`select location_id, on_hand, reserved, safety_stock, lapsed_units::int as lapsed,
    available::int as available from stock_availability where variant_id = ${variantId} order by on_hand`;
  expect([...rows]).toEqual([
    { location_id: main, on_hand: 10, reserved: 6, safety_stock: 1, lapsed: 3, available: 6 },
    { location_id: elsewhere, on_hand: 50, reserved: 0, safety_stock: 0, lapsed: 0, available: 50 },
  ]);
  const [names] = await db.sql`select sku, product_name, variant_name, location_code from stock_availability
    where location_id = ${main}`;
  expect(names).toMatchObject({ product_name: "Product", variant_name: "Variant", location_code: "main" });
  expect((await reserve(db.sql, newShopper(), variantId, 6)).outcome).toBe("held");
});

test("a level that owes its safety stock is said to give nothing, not less than nothing", async () => {
  await hold(db.sql, newShopper(), variantId, 9);
  await db.sql`update stock_levels set safety_stock = 5`;
  expect(await db.sql`select available::int as available from stock_availability`).toEqual([
    { available: 0 },
  ]);
});

async function statsOf(since = "1 day") {
  const [row] = await db.sql<{ stats: Record<string, unknown> }[]>`
    select reservation_stats(${since}::interval) as stats`;
  const { serverNow: _, since: __, ...stats } = must(row).stats;
  return stats;
}

test("reservation_stats counts the holds that were made within a time, by what became of them", async () => {
  await hold(db.sql, newShopper(), variantId, 1);
  await letTimePass(db, 90_000);
  await sweep(db.sql);
  await fillShop();
  const [given, sold] = [newShopper(), newShopper()];
  await hold(db.sql, given, variantId, 1);
  await release(db.sql, given);
  await hold(db.sql, sold, variantId, 1);
  await buy(db.sql, sold);
  const counts = { made: 5, confirmed: 1, released: 1, expired: 1, active: 1, paying: 1 };
  expect(await statsOf()).toMatchObject(counts);
  await sweep(db.sql);
  expect(await statsOf()).toMatchObject(counts);
  expect(await statsOf("2 days")).toMatchObject({ made: 6, expired: 2 });
});

test("refusals are told by their reason, with the units that were not held", async () => {
  await reserve(db.sql, newShopper(), variantId, 12);
  await reserve(db.sql, newShopper(), variantId, 10);
  expect((await statsOf()).refusals).toEqual({ insufficient_stock: { requests: 2, units: 4 } });
});

test("what time ended was held until then, whenever it was swept", async () => {
  await hold(db.sql, newShopper(), variantId, 1);
  await letTimePass(db, 5000);
  expect(await statsOf()).toMatchObject({ heldSecondsMedian: 900, heldSecondsP90: 900 });
  await sweep(db.sql);
  expect(await statsOf()).toMatchObject({ heldSecondsMedian: 900, heldSecondsP90: 900 });
});

test("what was given back was held until then", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 1);
  await letTimePass(db, 300);
  await release(db.sql, shopperId);
  const { heldSecondsMedian } = await statsOf();
  expect(Math.floor(Number(heldSecondsMedian) / 100)).toBe(3);
});

test("where nothing was held there are no seconds to tell", async () => {
  expect(await statsOf()).toMatchObject({ made: 0, heldSecondsMedian: null, refusals: {} });
});

async function healthOf() {
  const [row] = await db.sql<{ health: Record<string, unknown> }[]>`select stock_health() as health`;
  const { serverNow: _, ...health } = must(row).health;
  return health;
}

test("stock_health of a shop that is well has nothing lapsed and no drift", async () => {
  expect(await healthOf()).toEqual({
    levels: 1,
    soldOut: 0,
    lowStock: 0,
    lapsedHolds: 0,
    oldestLapsedSeconds: null,
    lastSweepAt: null,
    drift: 0,
  });
});

test("stock_health tells what is scarce, what the sweep has left, and what does not agree", async () => {
  await fillShop();
  await createVariant(db.sql, 0);
  await createVariant(db.sql, 3, { safetyStock: 3 });
  await createVariant(db.sql, 5);
  const drifted = await createVariant(db.sql, 6);
  await asSuperuser(db, (tx) => tx`update stock_levels set reserved = 1 where variant_id = ${drifted}`);
  const health = await healthOf();
  expect(health).toMatchObject({ levels: 5, soldOut: 2, lowStock: 3, lapsedHolds: 1, drift: 1 });
  // A second past its end, and however long this machine has taken since.
  expect(health.oldestLapsedSeconds).toBeGreaterThanOrEqual(1);
  expect(health.oldestLapsedSeconds).toBeLessThan(600);
  await db.sql`select repair_stock_consistency(false)`;
  await sweep(db.sql);
  expect(await healthOf()).toMatchObject({ lapsedHolds: 0, oldestLapsedSeconds: null, drift: 0 });
  const [run] = await db.sql<{ at: string }[]>`select to_json(started_at) #>> '{}' as at from sweep_runs`;
  expect((await healthOf()).lastSweepAt).toBe(must(run).at);
});
