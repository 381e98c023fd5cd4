import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  addLocation,
  asSuperuser,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
} from "../support/shop.ts";
import { adminId, holdWithTimeline, releaseAsAdmin, timelineOf } from "./admin-calls.ts";
import { answerOf } from "./answers.ts";

// Which events a variant's timeline has, and whose reasons stand beside them.

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  const [row] = await db.sql<{ id: string }[]>`select id from locations where code = 'main'`;
  main = must(row).id;
});
afterEach(() => expectConsistent(db.sql));

const adjust = (delta: number, reason: string, of = variantId, at = main) =>
  answerOf(db.sql, "admin_adjust_stock($1, $2, $3, $4, false, $5)", [of, at, delta, reason, adminId]);

async function reasons(): Promise<(string | null)[]> {
  const { events } = await timelineOf(db.sql, variantId);
  return events.filter(({ actor }) => actor === "admin").map(({ reason }) => reason);
}

/** All trails of the variant, and the ledger, are that much older. */
const age = (interval: string) =>
  asSuperuser(db, async (tx) => {
    for (const table of ["admin_trail", "reservation_trail", "stock_trail", "stock_movements"]) {
      await tx`update ${tx(table)} set at = at - ${interval}::interval`;
    }
  });

test("another variant's change by as much is none of this one's", async () => {
  await adjust(1, "Theirs", await createVariant(db.sql, 5));
  await adjust(1, "Found");
  expect(await reasons()).toEqual(["Found"]);
});

test("each location has its own reason for a change by as much", async () => {
  const elsewhere = await addLocation(db.sql, variantId, 5, 9);
  await adjust(1, "Delivered");
  await adjust(1, "Found", variantId, elsewhere);
  expect(await reasons()).toEqual(["Delivered", "Found"]);
});

test("what came to as many by another way has another reason", async () => {
  await adjust(1, "Delivered");
  await adjust(2, "Found");
  await adjust(-2, "Broken");
  expect(await reasons()).toEqual(["Delivered", "Found", "Broken"]);
});

test("the same change at another time has another reason", async () => {
  await adjust(1, "Delivered");
  await adjust(-1, "Broken");
  await age("10 s");
  await adjust(1, "Found");
  expect(await reasons()).toEqual(["Delivered", "Broken", "Found"]);
});

test("each change is one event, however often the same was changed", async () => {
  for (const delta of [1, -1, 1]) await adjust(delta, "Counted");
  expect(await reasons()).toEqual(["Counted", "Counted", "Counted"]);
});

test("the first that was noted of a hold when an admin took it back is the reason, of its end alone", async () => {
  const [theirs, mine] = [
    await hold(db.sql, newShopper(), variantId),
    await hold(db.sql, newShopper(), variantId),
  ];
  await releaseAsAdmin(db.sql, theirs.reservationId, "Theirs");
  const note = (entity: string, reason: string) => db.sql`
    insert into admin_trail (actor, cause, entity, entity_id, reason)
    values ('admin', 'note', ${entity}, ${mine.reservationId}, ${reason})`;
  await note("stock", "Of something else");
  await releaseAsAdmin(db.sql, mine.reservationId, "Broken");
  await note("reservation", "Said later");
  expect(await reasons()).toEqual(["Theirs", "Broken"]);
  const { timeline } = await holdWithTimeline(db.sql, mine.reservationId);
  expect(timeline.map(({ adminId: who, reason }) => [who, reason])).toEqual([
    [null, null],
    [adminId, "Broken"],
  ]);
});

test("what was longer ago than it is asked for is counted neither as an event nor as left out", async () => {
  await hold(db.sql, newShopper(), variantId);
  await age("10 min");
  expect(await timelineOf(db.sql, variantId, null, 5)).toMatchObject({ events: [], left: 0 });
  const { events } = await timelineOf(db.sql, variantId, null, 15);
  expect(new Set(events.map(({ entity }) => entity))).toEqual(
    new Set(["product", "variant", "stock_level", "reservation"]),
  );
});

test("a repair of a hold is an event of that hold, and of no level", async () => {
  const { reservationId } = await hold(db.sql, newShopper(), variantId);
  await db.sql`insert into stock_trail (actor, cause, reservation_id, variant_id, location_id, after)
    values ('system', 'repair', ${reservationId}, ${variantId}, ${main}, '{}')`;
  const { events } = await timelineOf(db.sql, variantId);
  const repairs = events.filter(({ cause }) => cause === "repair");
  expect(repairs).toMatchObject([{ entity: "reservation", reservationId }]);
});

test("a variant is told with the name of its own product", async () => {
  await createVariant(db.sql, 1);
  await db.sql`update products set name = id::text`;
  const variants = await db.sql<{ id: string; product_id: string }[]>`select id, product_id from variants`;
  for (const { id, product_id: productId } of variants) {
    expect((await answerOf(db.sql, "admin_variant_timeline($1)", [id])).productName).toBe(productId);
  }
});
