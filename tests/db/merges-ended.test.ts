import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, hold, newShopper, release } from "../support/shop.ts";
import { transfer } from "./sessions.ts";

// A merge that is too old ends when its guest does something, and no other one with it.

const db = useTestDatabase();
let guests: [string, string];

beforeEach(async () => {
  const variantId = await createVariant(db.sql, 10);
  guests = [newShopper(), newShopper()];
  for (const guest of guests) {
    await hold(db.sql, guest, variantId);
    await transfer(db.sql, guest, newShopper());
  }
  await asSuperuser(
    db,
    (tx) =>
      tx`update shoppers set merged_at = clock_timestamp() - interval '601 s' where id in ${tx(guests)}`,
  );
});

const merged = async () => {
  const rows =
    await db.sql`select id from shoppers where id in ${db.sql(guests)} and merged_into is not null`;
  return rows.map(({ id }) => id);
};

test("by giving back, which locks one shopper", async () => {
  await release(db.sql, guests[0]);
  expect(await merged()).toEqual([guests[1]]);
});

test("by holding again", async () => {
  await hold(db.sql, guests[0], await createVariant(db.sql, 1));
  expect(await merged()).toEqual([guests[1]]);
});
