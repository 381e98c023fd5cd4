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
  ["products", "id = (select product_id from variants where id = $1)"],
  ["variants", "id = $1"],
  ["store_settings", "$1::text is not null"],
])("what is saved as it was leaves no trace: %s", async (table, row) => {
  const traces = async () => (await db.sql`select 1 from admin_trail`).length;
  const before = await traces();
  const [column] = await db.sql`select column_name as name from information_schema.columns
    where table_name = ${table} and data_type = 'text' and is_generated = 'NEVER' order by ordinal_position limit 1`;
  const name = must(column).name;
  await db.sql.unsafe(`update ${table} set ${name} = ${name} where ${row}`, [variantId]);
  expect(await traces()).toBe(before);
  await db.sql.unsafe(
    `update ${table} set ${name} = ${table === "store_settings" ? "'USD'" : "'other'"} where ${row}`,
    [variantId],
  );
  expect(await traces()).toBeGreaterThan(before);
});
