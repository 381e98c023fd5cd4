import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, asSuperuser, createVariant } from "../support/shop.ts";
import { at, mainOf, putHolds } from "./put-rows.ts";

// What the sweep has left at an instant: how many holds, and for how long the first of them.

const db = useTestDatabase();
let variantId = "";
let main = "";

beforeAll(async () => {
  [variantId, main] = [await createVariant(db.sql, 9), await mainOf(db.sql)];
  const elsewhere = await addLocation(db.sql, variantId, 9, 1);
  const another = await createVariant(db.sql, 9);
  await putHolds(db, [
    { variantId, locationId: main, ends: -10 },
    { variantId, locationId: main },
    { variantId, locationId: main, status: "released", made: -200, ends: -100 },
    { variantId, locationId: elsewhere, ends: -5 },
    { variantId: another, locationId: main, ends: -3 },
  ]);
  await boundIs(variantId, main, -20);
  await boundIs(variantId, elsewhere, -5);
  await boundIs(another, main, -3);
});

const boundIs = (variant: string, location: string, minutes: number) =>
  asSuperuser(
    db,
    (tx) => tx`update stock_levels set next_expiry_at = ${at(minutes)}
      where variant_id = ${variant} and location_id = ${location}`,
  );
const unsweptAt = (minutes: number) => db.sql`select * from private.lapsed_and_unswept(${at(minutes)})`;

test("what has lapsed is counted once, and what is live or over is not", async () => {
  expect(await unsweptAt(0)).toEqual([{ lag_seconds: 600, holds: 3 }]);
});

test("where the bound is over and no hold is, nothing is left", async () => {
  expect(await unsweptAt(-15)).toEqual([{ lag_seconds: null, holds: 0 }]);
});

test("ten thousand are counted, and no more", async () => {
  await asSuperuser(
    db,
    (tx) => tx`insert into reservations
        (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
      select gen_random_uuid(), ${variantId}, ${main}, 1, 900, ${at(-60)}, ${at(-10)}, ${at(-10)}
      from generate_series(1, 10000)`,
  );
  expect(await unsweptAt(0)).toEqual([{ lag_seconds: 600, holds: 10_000 }]);
});
