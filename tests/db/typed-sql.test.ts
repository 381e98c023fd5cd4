import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  stockOf,
} from "../support/shop.ts";
import { begin, commit, sqlStateOf, startBlocked } from "./sessions.ts";

// What somebody types into the SQL editor as the owner of the schema is counted, or refused.

const db = useTestDatabase();
let variantId = "";
let locationId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  locationId = must(row).id;
});

afterEach(() => expectConsistent(db.sql));

const reserved = async () => (await stockOf(db.sql, variantId)).reserved;

/** An INSERT as somebody would type it. */
function insertHold(sql: Sql, quantity: number, fields: Record<string, unknown> = {}) {
  const row = {
    shopper_id: newShopper(),
    variant_id: variantId,
    location_id: locationId,
    quantity,
    duration_seconds: 900,
    created_at: new Date(),
    expires_at: new Date(Date.now() + 900_000),
    max_expires_at: new Date(Date.now() + 7_200_000),
    ...fields,
  };
  return sql<{ id: string }[]>`insert into reservations ${sql(row as never)} returning id`;
}

test("a typed INSERT that fits is counted in reserved", async () => {
  await insertHold(db.sql, 3);
  await insertHold(db.sql, 2);
  expect(await reserved()).toBe(5);
});

test("a typed INSERT that would promise a unit twice is refused by the CHECK", async () => {
  await insertHold(db.sql, 3);
  expect(await sqlStateOf(insertHold(db.sql, 3))).toBe("23514");
  expect(await reserved()).toBe(3);
});

test("one INSERT of many rows is counted as a whole, and refused as a whole", async () => {
  const rows = (count: number) => db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    select gen_random_uuid(), ${variantId}, ${locationId}, 1, 900, now(), now() + '15 min', now() + '2 h'
    from generate_series(1, ${count})`;
  await rows(4);
  expect(await sqlStateOf(rows(2))).toBe("23514");
  expect(await reserved()).toBe(4);
});

test("an upsert is counted once, whether it inserts or updates", async () => {
  const shopperId = newShopper();
  const upsert = () => db.sql`
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    values (${shopperId}, ${variantId}, ${locationId}, 2, 900, now(), now() + '15 min', now() + '2 h')
    on conflict (shopper_id, variant_id, location_id) where status = 'active'
    do update set quantity = reservations.quantity + excluded.quantity`;
  await upsert();
  expect(await reserved()).toBe(2);
  await upsert();
  expect(await reserved()).toBe(4);
});

test("two typed INSERTs of two sessions for the last units: the second waits and is refused", async () => {
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  await insertHold(first, 3);
  const late = await startBlocked(db, second, (session) => insertHold(session, 3));
  await commit(first);
  expect(await sqlStateOf(late.result)).toBe("23514");
});

test("a typed UPDATE of quantity is counted, up and down, and refused where it oversells", async () => {
  const [row] = await insertHold(db.sql, 3);
  const set = (quantity: number) =>
    db.sql`update reservations set quantity = ${quantity} where id = ${must(row).id}`;
  await set(5);
  expect(await reserved()).toBe(5);
  await set(1);
  expect(await reserved()).toBe(1);
  expect(await sqlStateOf(set(6))).toBe("23514");
  expect(await sqlStateOf(set(0))).toBe("23514");
  expect(await reserved()).toBe(1);
});

test("a typed UPDATE that trades units between holds is counted as one", async () => {
  const [a] = await insertHold(db.sql, 4);
  await insertHold(db.sql, 1);
  await db.sql`update reservations set quantity = case when id = ${must(a).id} then 1 else 4 end
    where variant_id = ${variantId}`;
  expect(await reserved()).toBe(5);
});

test("a typed DELETE is counted, of live holds and not of ended ones", async () => {
  await insertHold(db.sql, 3);
  const [b] = await insertHold(db.sql, 2);
  await db.sql`update reservations set status = 'released', ended_at = now() where id = ${must(b).id}`;
  expect(await reserved()).toBe(3);
  await db.sql`delete from reservations where variant_id = ${variantId}`;
  expect(await reserved()).toBe(0);
});

test("a typed hold that has already ended is no hold: it is not counted", async () => {
  await insertHold(db.sql, 4, { status: "released", ended_at: new Date() });
  expect(await reserved()).toBe(0);
});

test("reserved is nobody's to write: not by UPDATE, not by upsert, not in a new level", async () => {
  expect(await sqlStateOf(db.sql`update stock_levels set reserved = 1 where variant_id = ${variantId}`)).toBe(
    "HF006",
  );
  const upsert = db.sql`
    insert into stock_levels (variant_id, location_id, on_hand) values (${variantId}, ${locationId}, 9)
    on conflict (variant_id, location_id) do update set reserved = 2`;
  expect(await sqlStateOf(upsert)).toBe("HF006");
  const elsewhere = await addLocation(db.sql, await createVariant(db.sql, 1), 1, 1);
  const fresh = db.sql`insert into stock_levels (variant_id, location_id, on_hand, reserved)
    values (${variantId}, ${elsewhere}, 9, 1)`;
  expect(await sqlStateOf(fresh)).toBe("HF006");
});

test("on_hand cannot be set below the units that are promised, nor below zero", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  const set = (onHand: number) =>
    db.sql`update stock_levels set on_hand = ${onHand} where variant_id = ${variantId}`;
  expect(await sqlStateOf(set(2))).toBe("23514");
  expect(await sqlStateOf(set(3))).toBe("none");
  const empty = await createVariant(db.sql, 0);
  expect(await sqlStateOf(db.sql`update stock_levels set on_hand = -1 where variant_id = ${empty}`)).toBe(
    "23514",
  );
});

test("a level with holds can be neither deleted nor turned into another's", async () => {
  await hold(db.sql, newShopper(), variantId);
  const other = await createVariant(db.sql, 0);
  await db.sql`delete from stock_levels where variant_id = ${other}`;
  expect(await sqlStateOf(db.sql`delete from stock_levels where variant_id = ${variantId}`)).toBe("HF007");
  expect(
    await sqlStateOf(db.sql`update stock_levels set variant_id = ${other} where variant_id = ${variantId}`),
  ).toBe("HF007");
  expect(await sqlStateOf(db.sql`delete from variants where id = ${variantId}`)).toBe("23503");
});

test("a level that gets a hold while it is being deleted stays", async () => {
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  await insertHold(first, 1);
  const gone = await startBlocked(
    db,
    second,
    (s) => s`delete from stock_levels where variant_id = ${variantId}`,
  );
  await commit(first);
  expect(await sqlStateOf(gone.result)).toBe("HF007");
});

test("a hold needs the stock level of its variant and location", async () => {
  expect(await sqlStateOf(insertHold(db.sql, 1, { location_id: newShopper() }))).toBe("HF005");
  expect(await sqlStateOf(insertHold(db.sql, 1, { variant_id: newShopper() }))).toBe("HF005");
});

test("tables that the counters rest on cannot be truncated", async () => {
  await hold(db.sql, newShopper(), variantId);
  for (const statement of [
    "truncate reservations",
    "truncate stock_levels",
    "truncate variants cascade",
    "truncate locations cascade",
  ]) {
    expect(await sqlStateOf(db.sql.unsafe(statement)), statement).toBe("HF004");
  }
  expect(await reserved()).toBe(1);
});

test("a typed hold makes its shopper's row, under whose lock caps are decided", async () => {
  const shopperId = newShopper();
  await insertHold(db.sql, 1, { shopper_id: shopperId });
  await insertHold(db.sql, 1, { shopper_id: newShopper() });
  expect(await db.sql`select id from shoppers where id = ${shopperId}`).toHaveLength(1);
});

test.each(["active", "paying"])("a shopper with a hold that is %s cannot be deleted", async (status) => {
  const shopperId = newShopper();
  const [row] = await insertHold(db.sql, 1, { shopper_id: shopperId, status });
  const remove = () => db.sql`delete from shoppers where id = ${shopperId}`;
  expect(await sqlStateOf(remove())).toBe("HF011");
  await db.sql`update reservations set status = 'released', ended_at = now() where id = ${must(row).id}`;
  expect((await remove()).count).toBe(1);
});
