import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { adminId, adminTrail, importStock } from "./admin-calls.ts";
import { findDrift, sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let sku = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 9);
  sku = await skuOf(variantId);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});
afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

async function skuOf(id: string) {
  const [row] = await db.sql<{ sku: string }[]>`select sku from variants where id = ${id}`;
  return must(row).sku;
}
const row = (onHand: number | null, of = sku, location = "main", line = 2) => ({
  line,
  sku: of,
  location,
  onHand,
});
const outcomesOf = ({ rows }: { rows: { outcome: string }[] }) => rows.map(({ outcome }) => outcome);
const movementsOf = (id: string) => db.sql<{ actor: string; reason: string; delta: number }[]>`
  select actor, reason, delta from stock_movements where variant_id = ${id} order by id`;

async function apply(rows: object[]) {
  const { version } = await importStock(db.sql, rows);
  return importStock(db.sql, rows, version);
}

test("a preview says what each row comes to, and changes nothing", async () => {
  const other = await skuOf(await createVariant(db.sql, 4));
  const [place] = await db.sql<{ code: string }[]>`
    insert into locations (code, name) values (${randomUUID()}, 'Elsewhere') returning code`;
  const answer = await importStock(db.sql, [
    row(7, sku, "main", 2),
    row(4, other, "main", 3),
    row(3, sku, must(place).code, 4),
  ]);
  expect(answer).toMatchObject({
    outcome: "preview",
    rows: [
      { line: 2, before: 9, after: 7, outcome: "changed" },
      { line: 3, before: 4, after: 4, outcome: "unchanged" },
      { line: 4, before: null, after: 3, outcome: "new" },
    ],
  });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 0 });
});

test("what was previewed is done: counts, movements with their reason, a new level, who did it", async () => {
  const [place] = await db.sql<{ id: string; code: string }[]>`
    insert into locations (code, name) values (${randomUUID()}, 'Elsewhere') returning id, code`;
  const rows = [row(7), row(3, sku, must(place).code, 3)];
  expect(await apply(rows)).toMatchObject({ outcome: "applied" });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 10, reserved: 0 });
  expect((await movementsOf(variantId)).slice(1)).toMatchObject([
    { actor: "admin", reason: "Counted", delta: expect.any(Number) },
    { actor: "admin", reason: "Counted", delta: expect.any(Number) },
  ]);
  expect((await adminTrail(db.sql)).at(-1)).toMatchObject({
    adminId,
    cause: "import",
    entity: "stock",
    reason: "Counted",
  });
});

test("one bad row, and nothing of the whole is done, whatever version is shown", async () => {
  const good = row(7);
  const bad = [
    [row(1, "no such sku", "main", 3), "unknown_sku"],
    [row(1, sku, "the moon", 3), "unknown_location"],
    [row(null, await skuOf(await createVariant(db.sql, 1)), "main", 3), "out_of_range"],
    [row(-1, await skuOf(await createVariant(db.sql, 1)), "main", 3), "out_of_range"],
    [row(2_147_483_648, await skuOf(await createVariant(db.sql, 1)), "main", 3), "out_of_range"],
  ] as const;
  for (const [spoiled, outcome] of bad) {
    const preview = await importStock(db.sql, [good, spoiled]);
    expect(preview.outcome).toBe("refused");
    expect(outcomesOf(preview)).toEqual(["changed", outcome]);
    expect((await importStock(db.sql, [good, spoiled], preview.version)).outcome).toBe("refused");
  }
  expect(outcomesOf(await importStock(db.sql, [good, row(8, sku, "main", 3)]))).toEqual(["twice", "twice"]);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 0 });
  expect(await movementsOf(variantId)).toHaveLength(1);
});

test("fewer than are held is refused; exactly as many are fine", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  const refused = await importStock(db.sql, [row(2)]);
  expect(refused).toMatchObject({ outcome: "refused", rows: [{ held: 3, outcome: "units_held" }] });
  expect(await apply([row(3)])).toMatchObject({ outcome: "applied" });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 3 });
});

test("lapsed holds are no obstacle: they expire first", async () => {
  const lapsed = await hold(db.sql, newShopper(), variantId, 6);
  await letTimePass(db, 901);
  const live = await hold(db.sql, newShopper(), variantId, 2);
  expect(await apply([row(2)])).toMatchObject({ outcome: "applied", rows: [{ held: 2 }] });
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect((await rowOf(db.sql, live.reservationId)).status).toBe("active");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 2, reserved: 2 });
});

test("what was sold since the preview is not counted away: nothing is done, and the answer previews anew", async () => {
  const rows = [row(7)];
  const { version } = await importStock(db.sql, rows);
  await db.sql`select adjust_stock(${variantId}, ${main}, -1, 'sold over the counter')`;
  const answer = await importStock(db.sql, rows, version);
  expect(answer).toMatchObject({ outcome: "stock_changed", rows: [{ before: 8, after: 7 }] });
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(8);
  expect((await importStock(db.sql, rows, answer.version)).outcome).toBe("applied");
  expect((await importStock(db.sql, rows, answer.version)).outcome).toBe("stock_changed");
});

test("no rows, too many rows or no rows at all is a bug of the caller", async () => {
  for (const rows of [[], Array.from({ length: 1001 }, (_, i) => row(1, sku, "main", i + 2))]) {
    expect(await sqlStateOf(importStock(db.sql, rows))).toBe("HF001");
  }
  expect(await sqlStateOf(db.sql`select admin_import_stock('{}', 'Counted', ${adminId})`)).toBe("HF001");
  expect(await sqlStateOf(db.sql`select admin_import_stock(null, 'Counted', ${adminId})`)).toBe("HF001");
  expect(await sqlStateOf(db.sql`select admin_import_stock('[{}]', ' ', ${adminId})`)).toBe("HF001");
});

type Adjusted = { outcome: string; onHand?: number; released?: { reservationId: string }[] };
async function adjust(delta: number, isReleasing = false, admin: string | null = adminId) {
  const [found] = await db.sql<{ answer: Adjusted }[]>`
    select admin_adjust_stock(${variantId}, ${main}, ${delta}, 'Broken', ${isReleasing}, ${admin}) as answer`;
  return must(found).answer;
}

test("an adjustment keeps who did it, at the level and at every hold that was taken back", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId, 4);
  expect(await adjust(-6)).toMatchObject({ outcome: "units_held", missing: 1 });
  expect(await adminTrail(db.sql, variantId)).toMatchObject([{ entity: "variant" }]);
  const answer = await adjust(-6, true);
  expect(answer).toMatchObject({ outcome: "adjusted", onHand: 3, released: [{ reservationId }] });
  expect((await adminTrail(db.sql, variantId)).at(-1)).toMatchObject({
    adminId,
    cause: "adjust",
    reason: "Broken",
    before: { locationId: main, onHand: 9 },
    after: { locationId: main, onHand: 3 },
  });
  expect(await adminTrail(db.sql, reservationId)).toMatchObject([{ adminId, reason: "Broken" }]);
  expect(await sqlStateOf(adjust(1, false, null))).toBe("HF001");
});

test("safety stock limits new holds, not those that are", async () => {
  const safety = async (units: number | null, location = main) => {
    const [found] = await db.sql<{ answer: { outcome: string } }[]>`
      select admin_set_safety_stock(${variantId}, ${location}, ${units}, ${adminId}) as answer`;
    return must(found).answer.outcome;
  };
  await hold(db.sql, newShopper(), variantId, 5);
  expect(await safety(6)).toBe("saved");
  expect(await reserve(db.sql, newShopper(), variantId)).toMatchObject({ outcome: "insufficient_stock" });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 5 });
  expect((await adminTrail(db.sql, variantId)).at(-1)).toMatchObject({ adminId, after: { safetyStock: 6 } });
  expect(await safety(1, newShopper())).toBe("not_found");
  expect(await sqlStateOf(safety(-1))).toBe("HF001");
  expect(await sqlStateOf(safety(null))).toBe("HF001");
});
