import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { importStock, releaseAsAdmin } from "./admin-calls.ts";
import { begin, rollback } from "./sessions.ts";

// What admins do to one level changes no other level, and waits for none.

const db = useTestDatabase();
let variantId = "";
let other = "";
let elsewhere = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  other = await createVariant(db.sql, 5);
  elsewhere = await addLocation(db.sql, variantId, 5, 9);
});
afterEach(() => expectConsistent(db.sql));

/** Work while somebody else has these levels. */
async function beside<Result>(rows: string, work: (session: Sql) => Promise<Result>): Promise<Result> {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first.unsafe(`select 1 from stock_levels where ${rows} for no key update`);
  try {
    return await work(second);
  } finally {
    await rollback(first);
  }
}
const besideOthers = <Result>(work: (session: Sql) => Promise<Result>) =>
  beside(`variant_id = '${other}' or location_id = '${elsewhere}'`, work);

async function counted(id: string, onHand: number, line = 1) {
  const [row] = await db.sql<{ sku: string }[]>`select sku from variants where id = ${id}`;
  return { line, sku: must(row).sku, location: "main", onHand };
}
async function onHand() {
  const rows = await db.sql<{ units: number }[]>`
    select s.on_hand as units from stock_levels s where s.variant_id in (${variantId}, ${other})
    order by s.variant_id = ${other}, s.location_id = ${elsewhere}`;
  return rows.map(({ units }) => units);
}

test("an import waits for the levels of its rows alone, and changes those alone", async () => {
  const rows = [await counted(variantId, 7)];
  const { version } = await importStock(db.sql, rows);
  expect((await besideOthers((sql) => importStock(sql, rows, version))).outcome).toBe("applied");
  expect(await onHand()).toEqual([7, 5, 5]);
});

test("a row that counted what was there already is no obstacle to the others", async () => {
  const rows = [await counted(variantId, 5), await counted(other, 8, 2)];
  const { version } = await importStock(db.sql, rows);
  expect((await importStock(db.sql, rows, version)).outcome).toBe("applied");
  expect(await onHand()).toEqual([5, 5, 8]);
});

test("a preview waits for nobody", async () => {
  const rows = [await counted(variantId, 7)];
  expect((await beside("true", (sql) => importStock(sql, rows))).outcome).toBe("preview");
});

test("taking a hold back waits for the level of the hold alone", async () => {
  const { reservationId, locationId } = await hold(db.sql, newShopper(), variantId);
  expect(locationId).not.toBe(elsewhere);
  expect((await besideOthers((sql) => releaseAsAdmin(sql, reservationId))).outcome).toBe("released");
});
