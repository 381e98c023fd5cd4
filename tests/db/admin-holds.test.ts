import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, letTimePass, newShopper, release } from "../support/shop.ts";
import { holdWithTimeline, listHolds, releaseAsAdmin } from "./admin-calls.ts";
import { sqlStateOf } from "./sessions.ts";

// One hold among others, and lists of which somebody asks a part, as those who operate the shop read them.

const db = useTestDatabase();

test.each([
  "admin_reservations(null, null, null, null, null)",
  "admin_sweep_runs(null, null)",
  "admin_variant_timeline(gen_random_uuid(), null, null, 1)",
  "admin_variant_timeline(gen_random_uuid(), null, 1, null)",
  "admin_overview(null)",
])("how much is read has to be said: %s", async (call) => {
  expect(await sqlStateOf(db.sql.unsafe(`select ${call}`))).toBe("HF001");
});

test("a page that ends with the last hold has no next one", async () => {
  const variantId = await createVariant(db.sql, 5);
  for (let n = 0; n < 2; n++) await hold(db.sql, newShopper(), variantId);
  expect((await listHolds(db.sql, { variantId, limit: 2 })).next).toBeNull();
});

/** Holds of the same variant of a shopper, one after the other: all of them have been given back. */
async function ended(shopperId: string, variantId: string, count = 1): Promise<string[]> {
  const ids = [];
  for (let n = 0; n < count; n++) {
    ids.push((await hold(db.sql, shopperId, variantId)).reservationId);
    await release(db.sql, shopperId);
  }
  return ids;
}
const replace = (id: string | undefined, ids: string[]) =>
  db.sql`update reservations set replaces_id = ${id ?? null} where id = any (${ids})`;

test("no hold of somebody else, and none of another variant, is what came after a hold", async () => {
  const [shopperId, variantId] = [newShopper(), await createVariant(db.sql, 5)];
  const [first] = await ended(shopperId, variantId);
  await replace(first, await ended(newShopper(), variantId));
  await replace(first, await ended(shopperId, await createVariant(db.sql, 5)));
  expect((await holdWithTimeline(db.sql, first ?? "")).replacedBy).toBeNull();
});

test("of two holds that came after it, one is named", async () => {
  const [first, ...later] = await ended(newShopper(), await createVariant(db.sql, 5), 3);
  await replace(first, later);
  expect(later).toContain((await holdWithTimeline(db.sql, first ?? "")).replacedBy);
});

test("what was typed away and typed in again was nothing in between", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), await createVariant(db.sql, 5));
  const rows = await db.sql`delete from reservations where id = ${reservationId} returning *`;
  await db.sql`insert into reservations ${db.sql([...rows])}`;
  const { timeline } = await holdWithTimeline(db.sql, reservationId);
  expect(timeline.map(({ before, after }) => [before?.status, after?.status])).toEqual([
    [undefined, "active"],
    ["active", undefined],
    [undefined, "active"],
  ]);
});

test("a hold that was given back in time stays so, when its time is over too", async () => {
  const shopperId = newShopper();
  const [id] = await ended(shopperId, await createVariant(db.sql, 5));
  await letTimePass(db, 901, shopperId);
  expect(await releaseAsAdmin(db.sql, id ?? "")).toMatchObject({ outcome: "ended", status: "released" });
});
