import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, hold, must, newShopper, release } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

let db: TestDatabase;
let variantId = "";

beforeEach(async () => {
  db = await createTestDatabase();
  variantId = await createVariant(db.sql, 9);
});

afterEach(() => db.drop());

/** A hold of two units that was made and released, and the level's first row: three rows of that age. */
async function trailOfAge(days: number): Promise<void> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  await release(db.sql, shopperId);
  await asSuperuser(db, async (tx) => {
    const age = tx`'2026-03-10T12:00:00Z'::timestamptz`;
    await tx`update store_settings set trail_kept_days = extract(day from clock_timestamp() - ${age})::integer + 365`;
    for (const part of ["reservation_trail", "stock_trail"]) {
      await tx`update ${tx(part)} set at = ${age} - make_interval(days => ${days}) where at > now() - interval '1 hour'`;
    }
  });
}

async function prune(limit = 100) {
  const [row] = await db.sql<{ answer: { pruned: number; more: boolean } }[]>`
    select private.prune_trail(${limit}) as answer`;
  return must(row).answer;
}

const rows = async () => Number(must((await db.sql`select count(*) from audit_log`)[0]).count);
const totals = () => db.sql`
  select day::text, entity, actor, cause, changes::int, units_before::int as before, units_after::int as after
  from trail_totals where variant_id = ${variantId} order by entity, cause`;

test("what is old enough goes, and its totals stay", async () => {
  await trailOfAge(400);
  expect(await prune()).toMatchObject({ pruned: 3, more: false });
  expect(await rows()).toBe(0);
  expect([...(await totals())]).toEqual([
    {
      day: "2025-02-03",
      entity: "reservation",
      actor: "shopper",
      cause: "release",
      changes: 1,
      before: 2,
      after: 2,
    },
    {
      day: "2025-02-03",
      entity: "reservation",
      actor: "shopper",
      cause: "reserve",
      changes: 1,
      before: 0,
      after: 2,
    },
    {
      day: "2025-02-03",
      entity: "stock_level",
      actor: "postgres",
      cause: "sql",
      changes: 1,
      before: 0,
      after: 9,
    },
  ]);
});

test("what is younger stays", async () => {
  await trailOfAge(300);
  expect(await prune()).toMatchObject({ pruned: 0, more: false });
  expect(await rows()).toBe(3);
});

test("it goes in portions, says that there is more, and totals add up", async () => {
  await trailOfAge(400);
  await trailOfAge(400);
  expect(await prune(2)).toMatchObject({ pruned: 2, more: true });
  expect(await prune(2)).toMatchObject({ pruned: 2, more: true });
  expect(await prune(2)).toMatchObject({ pruned: 1, more: false });
  expect((await totals()).map(({ changes }) => changes)).toEqual([2, 2, 1]);
});

test("nobody else deletes from the trail, and totals are as fixed as what they stand for", async () => {
  await trailOfAge(400);
  expect(await sqlStateOf(db.sql`delete from reservation_trail`)).toBe("HF008");
  expect(await sqlStateOf(db.sql`delete from stock_trail`)).toBe("HF008");
  await prune();
  for (const statement of [
    "update trail_totals set changes = 1",
    "delete from trail_totals",
    "truncate trail_totals",
  ]) {
    expect(await sqlStateOf(db.sql.unsafe(statement)), statement).toBe("HF008");
  }
  // Right after pruning, in the same transaction too.
  await db.sql.begin(async (tx) => {
    await tx`select private.prune_trail()`;
    expect(await sqlStateOf(tx.savepoint((sp) => sp`delete from trail_totals`))).toBe("HF008");
  });
});

test("the secret key cannot prune, whatever it says it is doing", async () => {
  await trailOfAge(400);
  await db.sql.begin(async (tx) => {
    await tx`set local role service_role`;
    await tx`select set_config('holdfast.cause', 'system:prune', true)`;
    for (const statement of [
      "select private.prune_trail()",
      "delete from reservation_trail",
      "delete from trail_totals",
    ]) {
      expect(await sqlStateOf(tx.savepoint((sp) => sp.unsafe(statement))), statement).toBe("42501");
    }
  });
  expect(await rows()).toBe(3);
});

test("a limit that makes no sense is refused", async () => {
  for (const limit of [0, -1, 100_001, null]) {
    expect(await sqlStateOf(db.sql`select private.prune_trail(${limit}::integer)`)).toBe("HF001");
  }
});
