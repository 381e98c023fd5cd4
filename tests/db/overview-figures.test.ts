import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { at, mainOf, putHolds, variantOf } from "./put-rows.ts";

// What the overview of half past nine to noon says: what became of the holds of each hour, and whom products failed.

const db = useTestDatabase();
const [since, now] = [at(-150), at(0)];
let wanted = "";
let held = "";
let refused = "";
let quiet = "";

beforeAll(async () => {
  const create = () => createVariant(db.sql, 9);
  [wanted, held, refused, quiet] = [await create(), await create(), await create(), await create()];
  const here = { variantId: wanted, locationId: await mainOf(db.sql) };
  await putHolds(db, [
    { ...here, status: "released", quantity: 2, ended: -30 },
    { ...here, status: "expired", ends: -30, ended: -20 },
    { ...here, quantity: 4, made: -90, ends: -60 },
    { ...here, quantity: 8, made: -30 },
    { ...here, status: "paying", quantity: 16, made: -30, ends: -20 },
    { ...here, status: "confirmed", quantity: 5, ends: -10, ended: -50 },
    { ...here, status: "expired", quantity: 32, made: -170, ends: -165 },
    { ...here, variantId: held, status: "released", made: -20, ends: -5, ended: -10 },
  ]);
  await putRefusals(wanted, -180, 3, 5, "insufficient_stock");
  await putRefusals(wanted, -60, 2, 2, "limit_reached");
  await putRefusals(wanted, -240, 100, 100);
  await putRefusals(refused, -60, 1, 4);
  await putRefusals(quiet, -240, 9, 9);
});

const putRefusals = (of: string, minutes: number, requests: number, units: number, reason = "x") =>
  asSuperuser(
    db,
    (tx) => tx`insert into kept_refusals (variant_id, reason, hour, requests, units)
      values (${of}, ${reason}, ${at(minutes)}, ${requests}, ${units})`,
  );

test("each hour tells of the holds that were made in it, by what became of them", async () => {
  const none = { made: 0, confirmed: 0, released: 0, expired: 0 };
  const series = await answerOf(db.sql, "private.holds_over_time($1, $2, 'hour')", [since, now]);
  expect(series.map((hour: { at: string }) => ({ ...hour, at: new Date(hour.at) }))).toEqual([
    { at: at(-180), ...none },
    { at: at(-120), ...none, made: 1, expired: 1 },
    { at: at(-60), made: 6, confirmed: 1, released: 2, expired: 1 },
    { at: at(0), ...none },
  ]);
});

test("each product tells what was refused of it, and what holds kept from others for nothing", async () => {
  const products = await answerOf(db.sql, "private.demand_by_product($1, $2)", [since, now]);
  const of = async (variantId: string, figures: object) => {
    const { product: productId } = await variantOf(db.sql, variantId);
    return expect.objectContaining({ productId, ...figures });
  };
  expect(products).toHaveLength(3);
  expect(products).toEqual(
    expect.arrayContaining([
      await of(wanted, { refusedRequests: 5, refusedUnits: 7, blockedUnitHours: 3.5 }),
      await of(held, { refusedRequests: 0, refusedUnits: 0, blockedUnitHours: 0.17 }),
      await of(refused, { refusedRequests: 1, refusedUnits: 4, blockedUnitHours: 0 }),
    ]),
  );
});
