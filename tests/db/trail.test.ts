import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
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
  setQuantity,
  sweep,
} from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let mine: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 2);
});

afterEach(() => expectConsistent(db.sql));

type Entry = {
  actor: string;
  cause: string;
  before: { status?: string; quantity?: number } | null;
  after: { status?: string; quantity?: number } | null;
};

/** The trail of a hold as "actor:cause status×quantity → status×quantity". */
async function trailOf(reservationId: string): Promise<string[]> {
  const rows = await db.sql<Entry[]>`
    select actor, cause, before, after from audit_log where entity_id = ${reservationId} order by id`;
  const state = (entry: Entry["before"]) => (entry ? `${entry.status}×${entry.quantity}` : "nothing");
  return rows.map((row) => `${row.actor}:${row.cause} ${state(row.before)} → ${state(row.after)}`);
}

test("everything that happens to a hold is in its trail: who, why, before and after", async () => {
  await reserve(db.sql, shopperId, variantId, 1);
  await setQuantity(db.sql, shopperId, mine.reservationId, 1);
  // So that there is time to be given.
  await letTimePass(db, 60, shopperId);
  await extend(db.sql, shopperId);
  await release(db.sql, shopperId);
  expect(await trailOf(mine.reservationId)).toEqual([
    "shopper:reserve nothing → active×2",
    "shopper:reserve active×2 → active×3",
    "shopper:set_quantity active×3 → active×1",
    "shopper:extend active×1 → active×1",
    "shopper:release active×1 → released×1",
  ]);
  const [row] = await db.sql`select shopper_id, variant_id, location_id from audit_log
    where entity_id = ${mine.reservationId} limit 1`;
  expect(row).toEqual({ shopper_id: shopperId, variant_id: variantId, location_id: mine.locationId });
});

test("an extension leaves both ends in the trail", async () => {
  await letTimePass(db, 60, shopperId);
  await extend(db.sql, shopperId);
  const [row] = await db.sql<{ is_later: boolean }[]>`
    select (after ->> 'expiresAt')::timestamptz > (before ->> 'expiresAt')::timestamptz as is_later
    from audit_log where entity_id = ${mine.reservationId} order by id desc limit 1`;
  expect(must(row).is_later).toBe(true);
});

test("what time ended is time's doing in the trail, whoever met it", async () => {
  await letTimePass(db, 901, shopperId);
  await sweep(db.sql);
  const theirs = newShopper();
  const other = await hold(db.sql, theirs, variantId, 5);
  await letTimePass(db, 901, theirs);
  const taken = await hold(db.sql, newShopper(), variantId, 3);
  expect((await trailOf(mine.reservationId)).at(-1)).toBe("system:expire active×2 → expired×2");
  expect((await trailOf(other.reservationId)).at(-1)).toBe("system:expire active×5 → expired×5");
  expect(await trailOf(taken.reservationId)).toEqual(["shopper:reserve nothing → active×3"]);
});

test("typed SQL is in the trail under the name of the role that typed it, also right after a function", async () => {
  const session = db.connect();
  await session`begin`;
  await reserve(session, shopperId, variantId, 1);
  await session`update reservations set quantity = 1 where id = ${mine.reservationId}`;
  await session`commit`;
  await db.sql`delete from reservations where id = ${mine.reservationId}`;
  expect((await trailOf(mine.reservationId)).slice(-2)).toEqual([
    "postgres:sql active×3 → active×1",
    "postgres:sql active×1 → nothing",
  ]);
});

test("a refusal and a rolled back change leave no trail of a change", async () => {
  const before = await trailOf(mine.reservationId);
  await reserve(db.sql, shopperId, variantId, 9);
  await db.sql
    .begin(async (tx) => {
      await tx`delete from reservations where id = ${mine.reservationId}`;
      throw new Error("changed my mind");
    })
    .catch(() => {});
  expect(await trailOf(mine.reservationId)).toEqual(before);
});

test("every change of on_hand and safety_stock is in the trail, and counting is not", async () => {
  const entries = () => db.sql`select actor, cause, before, after from audit_log
    where entity = 'stock_level' and variant_id = ${variantId} order by id`;
  const made = { actor: "postgres", cause: "sql", before: null, after: { onHand: 5, safetyStock: 0 } };
  expect([...(await entries())]).toEqual([made]);
  await db.sql`update stock_levels set on_hand = 7 where variant_id = ${variantId}`;
  await db.sql`update stock_levels set on_hand = 7 where variant_id = ${variantId}`;
  await db.sql`update stock_levels set safety_stock = 1 where variant_id = ${variantId}`;
  await release(db.sql, shopperId);
  await db.sql`delete from stock_levels where variant_id = ${variantId}`;
  expect((await entries()).slice(1).map(({ before, after }) => ({ before, after }))).toEqual([
    { before: { onHand: 5, safetyStock: 0 }, after: { onHand: 7, safetyStock: 0 } },
    { before: { onHand: 7, safetyStock: 0 }, after: { onHand: 7, safetyStock: 1 } },
    { before: { onHand: 7, safetyStock: 1 }, after: null },
  ]);
});

test("the trail is only ever added to, even by the owner of the schema", async () => {
  for (const part of ["reservation_trail", "stock_trail"]) {
    for (const statement of [
      `update ${part} set actor = 'nobody'`,
      `update ${part} set actor = actor where false`,
      `delete from ${part}`,
      `truncate ${part}`,
    ]) {
      expect(await sqlStateOf(db.sql.unsafe(statement)), statement).toBe("HF008");
    }
    const [row] = await db.sql`select count(*) > 0 as is_there from ${db.sql(part)}`;
    expect(row, part).toEqual({ is_there: true });
  }
});
