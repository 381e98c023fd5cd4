import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  rowOf,
  sweep,
} from "../support/shop.ts";
import { adjust, lockLevels } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let shopperId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 30, { priceCents: 250 });
  shopperId = newShopper();
});

afterEach(() => expectConsistent(db.sql));

type Line = { reservationId: string; outcome: string; available: number; nextReleaseAt: string | null };

async function forecast(sql: Sql = db.sql): Promise<Line[]> {
  const [row] = await sql<
    { answer: { lines: Line[] } }[]
  >`select validate_reservations(${shopperId}) as answer`;
  return must(row).answer.lines;
}

test("a live hold would be paid as it is, at the price of the database", async () => {
  const { reservationId, expiresAt } = await hold(db.sql, shopperId, variantId, 2);
  await db.sql`update variants set price_cents = 300 where id = ${variantId}`;
  expect(await forecast()).toMatchObject([
    {
      reservationId,
      variantId,
      quantity: 2,
      expiresAt,
      outcome: "held",
      unitPriceCents: 300,
      currency: "EUR",
    },
  ]);
});

test.each([false, true])(
  "a lapsed hold whose units are free would be held again (swept: %s)",
  async (isSwept) => {
    const { reservationId } = await hold(db.sql, shopperId, variantId, 2);
    await letTimePass(db, 901);
    if (isSwept) await sweep(db.sql);
    expect(await forecast()).toMatchObject([
      { reservationId, quantity: 2, outcome: "would_be_held_again", nextReleaseAt: null },
    ]);
    expect((await extend(db.sql, shopperId, [reservationId]))[0]?.outcome).toBe("held_again");
  },
);

test.each([false, true])(
  "a lapsed hold whose units are taken has expired, and says when the next come back (swept: %s)",
  async (isSwept) => {
    const { reservationId } = await hold(db.sql, shopperId, variantId, 2);
    await letTimePass(db, 901);
    if (isSwept) await sweep(db.sql);
    const other = await hold(db.sql, newShopper(), variantId, 29);
    expect(await forecast()).toMatchObject([
      { reservationId, outcome: "expired", available: 1, nextReleaseAt: other.expiresAt },
    ]);
    expect((await extend(db.sql, shopperId, [reservationId]))[0]).toMatchObject({
      outcome: "expired",
      available: 1,
      nextReleaseAt: other.expiresAt,
    });
  },
);

test("a large lapsed hold is forecast by all its units, not only by as many as the public is shown", async () => {
  const { reservationId } = await hold(db.sql, shopperId, variantId, 28);
  await letTimePass(db, 901);
  expect(await forecast()).toMatchObject([{ outcome: "would_be_held_again", available: 20 }]);
  await hold(db.sql, newShopper(), variantId, 3);
  expect(await forecast()).toMatchObject([{ reservationId, outcome: "expired", available: 20 }]);
});

test("what is no longer for sale is not found, held or not", async () => {
  const other = await createVariant(db.sql, 3);
  await hold(db.sql, shopperId, other, 1);
  await letTimePass(db, 901);
  await hold(db.sql, shopperId, variantId, 1);
  await db.sql`update products set published_at = null
    where id in (select product_id from variants where id in ${db.sql([variantId, other])})`;
  expect((await forecast()).map(({ outcome }) => outcome)).toEqual([
    "variant_not_found",
    "variant_not_found",
  ]);
});

test("what was given back, is being paid, was withdrawn or belongs to others is no part of it", async () => {
  const others = await Promise.all([1, 2].map(() => createVariant(db.sql, 3)));
  const [given, paid] = others.map((id) => must(id));
  await hold(db.sql, shopperId, must(given), 1);
  await release(db.sql, shopperId);
  const { reservationId } = await hold(db.sql, shopperId, must(paid), 1);
  await db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
  const withdrawn = await hold(db.sql, shopperId, variantId, 1);
  expect((await adjust(db.sql, variantId, withdrawn.locationId, -30, true)).outcome).toBe("adjusted");
  await hold(db.sql, newShopper(), must(given), 1);
  expect(await forecast()).toEqual([]);
});

test("an empty cart has an empty forecast", async () => {
  expect(await forecast()).toEqual([]);
});

test("a forecast changes nothing, and waits for nobody who has the lock", async () => {
  const { reservationId } = await hold(db.sql, shopperId, variantId, 2);
  await letTimePass(db, 901);
  const [slow, quick] = [db.connect(), db.connect()];
  await lockLevels(slow, variantId);
  await slow`select 1 from reservations where id = ${reservationId} for update`;
  await quick`set lock_timeout = '1ms'`;
  expect(await forecast(quick)).toMatchObject([{ outcome: "would_be_held_again" }]);
  // It may run where nothing can be written.
  await quick`set default_transaction_read_only = on`;
  expect(await forecast(quick)).toHaveLength(1);
  await slow`rollback`;
  expect((await rowOf(db.sql, reservationId)).status).toBe("active");
});
