import { randomUUID } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, asSuperuser, createVariant } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { at, mainOf } from "./put-rows.ts";

// What the trails say of an instant long ago: each level by the last word about it until then.

const db = useTestDatabase();
let variantId = "";
let another = "";
let main = "";

/** Kept there before anything was on the shelf; and where the trail has been pruned, not the ledger. */
let empty = "";
let pruned = "";

/** Kept there since, of the variant. */
let later = "";

beforeAll(async () => {
  variantId = await createVariant(db.sql, 9, { safetyStock: 3 });
  [another, main] = [await createVariant(db.sql, 9), await mainOf(db.sql)];
  empty = await addLocation(db.sql, variantId, 3, 1);
  pruned = await addLocation(db.sql, variantId, 50, 2);
  later = await addLocation(db.sql, variantId, 8, 3);
  await db.sql`update stock_levels set safety_stock = 1 where variant_id = ${variantId} and location_id = ${pruned}`;
  await db.sql`insert into stock_levels (variant_id, location_id, on_hand) values (${another}, ${pruned}, 20)`;
  await putHolds();
  await putMovements();
  await putTrail();
});

type Word = [status: string, minutes: number, quantity: number, ends: number];
async function putHolds() {
  const day = 24 * 60;
  const trail = (words: Word[], locationId = main, ofVariant = variantId) => {
    const reservation_id = randomUUID();
    const is = { actor: "shopper", cause: "reserve", variant_id: ofVariant, location_id: locationId };
    return words.map(([new_status, minutes, new_quantity, ends]) => ({
      ...is,
      reservation_id,
      at: at(minutes),
      new_status,
      new_quantity,
      new_expires_at: at(ends),
    }));
  };
  const rows = [
    trail([["active", -60, 1, 60]]),
    trail([["active", -60, 2, -10]]),
    trail([["paying", -60, 4, 60]]),
    trail([["paying", -60, 8, -10]]),
    trail([
      ["active", -60, 16, 60],
      ["released", -5, 16, 60],
    ]),
    trail([
      ["active", -60, 32, 60],
      ["released", 5, 32, 60],
    ]),
    trail([["paying", -102 * day, 64, -102 * day]]),
    trail([["active", -60, 128, 60]], main, another),
    trail([["released", -60, 1, 60]], empty),
  ].flat();
  await asSuperuser(db, (tx) => tx`insert into reservation_trail ${tx(rows)}`);
}

async function putMovements() {
  const moved = (minutes: number, on_hand_after: number, location_id = main, variant_id = variantId) => ({
    at: at(minutes),
    actor: "admin",
    reason: "Counted",
    variant_id,
    location_id,
    delta: 1,
    on_hand_after,
  });
  const rows = [moved(-30, 4), moved(-20, 6), moved(-10, 7, pruned), moved(-10, 20, main, another)];
  await asSuperuser(db, (tx) => tx`insert into stock_movements ${tx(rows)}`);
}

async function putTrail() {
  const words: [number, object, string?, string?][] = [
    [-30, { onHand: 4, safetyStock: 1 }],
    [-20, { onHand: 6, safetyStock: 2 }],
    [-10, { status: "active", quantity: 1 }],
    [-5, { onHand: 0, safetyStock: 5 }, empty],
    [-5, { onHand: 20, safetyStock: 4 }, main, another],
    [-5, { onHand: 20, safetyStock: 4 }, later, another],
  ];
  await asSuperuser(db, async (tx) => {
    for (const [minutes, after, location = main, variant = variantId] of words) {
      await tx`insert into stock_trail (at, actor, cause, variant_id, location_id, after)
        values (${at(minutes)}, 'admin', 'edit', ${variant}, ${location}, ${tx.json(after as never)})`;
    }
  });
}

test("what was held then: live, lapsed, or being paid, by the last word until then", async () => {
  const held = await answerOf(db.sql, "(select jsonb_agg(h) from private.held_at($1, $2) as h)", [
    variantId,
    at(0),
  ]);
  expect(held).toEqual([
    {
      location_id: main,
      live_holds: 2,
      live_units: 33,
      paying_holds: 2,
      paying_units: 12,
      lapsed_units: 2,
    },
  ]);
});

test("each level as it was then, where the variant was kept then", async () => {
  const none = { heldUnits: 0, holds: 0, payingUnits: 0, payments: 0, lapsedUnits: 0 };
  const held = { heldUnits: 33, holds: 2, payingUnits: 12, payments: 2, lapsedUnits: 2 };
  expect(await answerOf(db.sql, "private.levels_at($1, $2)", [variantId, at(0)])).toMatchObject([
    { locationCode: "main", onHand: 6, safetyStock: 2, ...held, available: 0 },
    { onHand: 0, safetyStock: 5, ...none, available: 0 },
    { onHand: 7, safetyStock: 1, ...none, available: 6 },
  ]);
});
