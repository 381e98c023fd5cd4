import { expect, test } from "vitest";
import { pinCart } from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant, hold, letTimePass, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// What those who operate the shop see of it now: each level once, what is open, and nothing as lapsed that is not.

const db = useTestDatabase();

test("what is held, and what is being paid after its time, has not lapsed", async () => {
  const [variantId, payer] = [await createVariant(db.sql, 5), newShopper()];
  await hold(db.sql, payer, variantId);
  await pinCart(db.sql, payer);
  await letTimePass(db, 7200, payer);
  await hold(db.sql, newShopper(), variantId);
  const { live } = await answerOf(db.sql, "admin_overview()");
  expect(live).toMatchObject({ activeHolds: 1, payingHolds: 1, lapsedHolds: 0 });
});

test("more than two days are shown by the day", async () => {
  expect(await answerOf(db.sql, "admin_overview(72)")).toMatchObject({ unit: "day", series: { length: 4 } });
});

test("each level is listed once, under its own product and location", async () => {
  await addLocation(db.sql, await createVariant(db.sql, 5), 3, 9);
  await createVariant(db.sql, 5);
  const levels = await db.sql`select variant_id, location_id from stock_levels`;
  const listed: { variantId: string; locationId: string }[] = (await answerOf(db.sql, "admin_stock()"))
    .levels;
  const ofLevels = levels.map((level) => `${level.variant_id} ${level.location_id}`).toSorted();
  expect(listed.map((level) => `${level.variantId} ${level.locationId}`).toSorted()).toEqual(ofLevels);
});

test("an alert that is over is not listed", async () => {
  await db.sql`insert into alerts (kind, subject, closed_at) values
    ('of_a_test', 'open', null), ('of_a_test', 'over', now() + interval '1 hour')`;
  const { alerts } = await answerOf(db.sql, "admin_alerts()");
  expect(alerts).toMatchObject([{ subject: "open" }]);
});

test("an alert of another kind is no alert that a variant is low", async () => {
  const variantId = await createVariant(db.sql, 1);
  await answerOf(db.sql, "watch_low_stock()");
  await db.sql`update alerts set kind = 'of_a_test' where subject = ${variantId}`;
  expect(await answerOf(db.sql, "watch_low_stock()")).toMatchObject({ opened: 1, closed: 0 });
});
