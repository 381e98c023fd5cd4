import { afterEach, beforeAll, describe, expect, inject, test } from "vitest";
import { applyMigrations, readMigrations } from "../../local/database/migrations.ts";
import { seedOnce } from "../../local/database/seed.ts";
import { migrationsDir, seedFiles } from "../../local/paths.ts";
import { shortDiff } from "../../local/schema-snapshot-diff.ts";
import { readCatalogue, readSchemaSnapshot } from "../../local/schema-snapshot-text.ts";
import { createTestDatabase, type Sql, type TestDatabase } from "../support/database.ts";
import {
  cartOf,
  expectConsistent,
  extend,
  hold,
  must,
  newShopper,
  release,
  setQuantity,
  sweep,
} from "../support/shop.ts";

// A store that runs is not made anew: whatever state a deployment left it in, with people's holds in it, the
// migrations that follow have to reach the same schema and lose nothing.

const migrations = readMigrations(migrationsDir);
/** Before this one nobody may do anything: what stops earlier is no store yet, and has nothing to lose. */
const firstStore = must(migrations.find(({ name }) => name === "access"));
const deployed = migrations.slice(migrations.indexOf(firstStore), -1);
const mug = "b0000000-0000-4000-8000-000000000031";
const lantern = "b0000000-0000-4000-8000-000000000041";
const vase = "b0000000-0000-4000-8000-000000000011";

const opened: TestDatabase[] = [];
let newest = "";
beforeAll(async () => {
  const fresh = await createTestDatabase();
  newest = await readCatalogue(fresh.url, readSchemaSnapshot);
  await fresh.drop();
});
afterEach(async () => {
  for (const database of opened.splice(0)) await database.drop();
});

/** A store as a deployment left it that ended with this migration: with its seed, and with people's holds. */
async function storeOf(version: string) {
  const db = await createTestDatabase(inject("platformDatabase"));
  opened.push(db);
  await applyMigrations(
    db.url,
    migrations.filter((migration) => migration.version <= version),
  );
  await seedOnce(db.url, seedFiles);
  const holder = newShopper();
  await hold(db.sql, holder, mug, 3);
  await hold(db.sql, holder, lantern, 1);
  const leaving = newShopper();
  await hold(db.sql, leaving, vase, 2);
  await release(db.sql, leaving);
  return { db, holder };
}

async function driftOf(sql: Sql): Promise<unknown> {
  const [row] = await sql<{ drift: unknown }[]>`select validate_stock_consistency() as drift`;
  return must(row).drift;
}

/** Everything that must still be there, as the tables say it. */
const stateOf = (sql: Sql) => sql`
  select s.variant_id, s.on_hand, s.reserved, s.next_expiry_at,
         (select jsonb_agg(to_jsonb(r) order by r.id) from (
            select id, shopper_id, quantity, status, created_at, expires_at, max_expires_at, ended_at
            from reservations where variant_id = s.variant_id) as r) as holds
  from stock_levels s order by s.variant_id, s.location_id`;

test.each(deployed.map(({ file, version }) => [file, version]))(
  "a store that stopped at %s comes to the newest schema, with all it had",
  async (_, version = "") => {
    const { db, holder } = await storeOf(version);
    const before = await stateOf(db.sql);

    const later = migrations.filter((migration) => migration.version > version);
    expect(await applyMigrations(db.url, migrations)).toEqual(later);
    const schema = await readCatalogue(db.url, readSchemaSnapshot);
    expect(shortDiff(newest, schema), "as a store that is made today").toBe("");
    expect([...(await stateOf(db.sql))]).toEqual([...before]);
    expect((await cartOf(db.sql, holder)).totalQuantity).toBe(4);
    expect(await driftOf(db.sql)).toEqual([]);

    await useTheStore(db, holder);
    expect(await driftOf(db.sql)).toEqual([]);
    await expectConsistent(db.sql);
  },
);

describe("the ledger of a store that had none", () => {
  const ledger = must(migrations.find(({ name }) => name === "stock_ledger"));
  const lastBefore = must(migrations.filter(({ version }) => version < ledger.version).at(-1));

  test("begins with what was on hand, once per level", async () => {
    const { db } = await storeOf(lastBefore.version);
    const levels = await db.sql`
      select variant_id, on_hand as delta, on_hand as on_hand_after from stock_levels where on_hand <> 0
      order by variant_id`;
    expect(levels.length).toBeGreaterThan(5);
    await applyMigrations(db.url, migrations);
    const opening = await db.sql`
      select variant_id, delta, on_hand_after from stock_movements where reason = 'opening' order by variant_id`;
    expect([...opening]).toEqual([...levels]);
    const [others] =
      await db.sql`select count(*)::int as count from stock_movements where reason <> 'opening'`;
    expect(others?.count).toBe(0);
  });
});

/** What shoppers and staff do all day, on holds from before the upgrade and on new ones. */
async function useTheStore(db: TestDatabase, holder: string): Promise<void> {
  const guest = newShopper();
  const taken = await hold(db.sql, guest, mug, 5);
  expect((await setQuantity(db.sql, guest, taken.reservationId, 2)).outcome).toBe("held");
  expect((await extend(db.sql, holder)).every(({ outcome }) => outcome === "extended")).toBe(true);
  await db.sql`select transfer_reservations(${guest}, ${holder})`;
  const [adjusted] = await db.sql<{ answer: { outcome: string; released: unknown[] } }[]>`
    select adjust_stock(${lantern}, (select id from locations where code = 'main'), -1, 'broken', true) as answer`;
  expect(must(adjusted).answer.outcome).toBe("adjusted");
  expect((await release(db.sql, holder)).released).toBeGreaterThan(0);
  await sweep(db.sql);
}
