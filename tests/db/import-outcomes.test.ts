import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, asSuperuser, createVariant } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { at, mainOf, putHolds, variantOf } from "./put-rows.ts";

// What each row of a count comes to: by its own variant at its own location, and by what is held there and has not
// lapsed.

const db = useTestDatabase();
const skus = { mug: "", bowl: "", none: "no-such-sku" };

beforeAll(async () => {
  const [mug, bowl, main] = [
    await createVariant(db.sql, 9),
    await createVariant(db.sql, 9),
    await mainOf(db.sql),
  ];
  const elsewhere = await addLocation(db.sql, mug, 8, 1);
  await db.sql`update locations set code = 'elsewhere' where id = ${elsewhere}`;
  skus.mug = (await variantOf(db.sql, mug)).sku;
  skus.bowl = (await variantOf(db.sql, bowl)).sku;
  await putHolds(db, [
    { variantId: mug, locationId: main, quantity: 2 },
    { variantId: mug, locationId: main, quantity: 4, ends: -10 },
    { variantId: mug, locationId: main, status: "expired", ends: -10 },
    { variantId: mug, locationId: elsewhere, ends: -10 },
    { variantId: bowl, locationId: main, ends: -10 },
  ]);
  await asSuperuser(
    db,
    (tx) => tx`update stock_levels as s set reserved = (
      select sum(r.quantity) from reservations r where r.variant_id = s.variant_id
        and r.location_id = s.location_id and r.status = 'active')`,
  );
});

type Row = [sku: keyof typeof skus, location: string, onHand: number | null];
const outcomesOf = (...rows: Row[]) => {
  const given = rows.map(([sku, location, onHand], n) => ({ line: n + 2, sku: skus[sku], location, onHand }));
  return answerOf(
    db.sql,
    "(select jsonb_agg(i order by i.line) from private.import_rows($1::jsonb, $2) as i)",
    [given, at(0)],
  );
};

const atMain = { name: "Product – Variant", before: 9, held: 2 };
const unheld = { before: null, held: 0 };
test.each<[Row, object]>([
  [["mug", "main", 7], { ...atMain, units: 7, outcome: "changed" }],
  [["mug", "main", 2], { ...atMain, units: 2, outcome: "changed" }],
  [["mug", "main", 9], { ...atMain, units: 9, outcome: "unchanged" }],
  [["mug", "main", 1], { ...atMain, units: 1, outcome: "units_held" }],
  [["mug", "main", null], { ...atMain, units: null, outcome: "out_of_range" }],
  [["mug", "main", -1], { ...atMain, units: null, outcome: "out_of_range" }],
  [["mug", "main", 2_147_483_648], { ...atMain, units: null, outcome: "out_of_range" }],
  [["mug", "elsewhere", 0], { ...atMain, before: 8, held: 0, units: 0, outcome: "changed" }],
  [["bowl", "elsewhere", 3], { ...unheld, units: 3, outcome: "new" }],
  [["bowl", "nowhere", 3], { ...unheld, location_id: null, outcome: "unknown_location" }],
  [["none", "main", 3], { ...unheld, variant_id: null, name: null, outcome: "unknown_sku" }],
])("a row of a count: %j", async (row, outcome) => {
  expect(await outcomesOf(row)).toMatchObject([{ line: 2, ...outcome }]);
});

test("a level that is counted twice is told so twice, and nowhere else", async () => {
  const rows = await outcomesOf(["mug", "main", 5], ["mug", "elsewhere", 5], ["mug", "main", 5]);
  expect(rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual(["twice", "changed", "twice"]);
});
