import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, must } from "../support/shop.ts";
import { adminId, timelineOf } from "./admin-calls.ts";

// What no other test noticed of what admins do and read, when `npm run mutate:db` took its conditions away.

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});
afterEach(() => expectConsistent(db.sql));

test("of two changes by as much, in the same second, the timeline says the reason of each", async () => {
  for (const reason of ["Delivered", "Found"]) {
    await db.sql`select admin_adjust_stock(${variantId}, ${main}, 1, ${reason}, false, ${adminId})`;
  }
  const { events } = await timelineOf(db.sql, variantId);
  const byAdmin = events.filter(({ actor }) => actor === "admin");
  expect(byAdmin.map(({ reason }) => reason)).toEqual(["Delivered", "Found"]);
});

test.each([
  ["products", "name", "Other", "id = (select product_id from variants where id = $1)"],
  ["variants", "name", "Other", "id = $1"],
  ["store_settings", "shop_currency", "USD", "$1::text is not null"],
])("what is saved as it was leaves no trace: %s", async (table, column, other, row) => {
  const traces = async () => (await db.sql`select 1 from admin_trail`).length;
  const save = (value: string) =>
    db.sql.unsafe(`update ${table} set ${column} = ${value} where ${row}`, [variantId]);
  const before = await traces();
  await save(column);
  expect(await traces()).toBe(before);
  await save(`'${other}'`);
  expect(await traces()).toBeGreaterThan(before);
});
