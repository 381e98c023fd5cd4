import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, extend, hold, letTimePass, must, newShopper } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

// What concerns one level, or one hold, concerns no other: what no other test noticed when `npm run mutate:db` took a
// condition away.

const db = useTestDatabase();

test("an admin's safety stock is that of one level, and somebody's", async () => {
  const [variantId, beside] = [await createVariant(db.sql, 5), await createVariant(db.sql, 5)];
  const { locationId } = await hold(db.sql, newShopper(), variantId);
  const set = (adminId: string | null) =>
    db.sql`select admin_set_safety_stock(${variantId}, ${locationId}, 3, ${adminId}) ->> 'outcome' as outcome`;
  expect(await sqlStateOf(set(null))).toBe("HF001");
  expect((await set(newShopper()))[0]?.outcome).toBe("saved");
  const levels = await db.sql`
    select variant_id, safety_stock from stock_levels where variant_id in (${variantId}, ${beside}) order by safety_stock`;
  expect(levels).toEqual([
    { variant_id: beside, safety_stock: 0 },
    { variant_id: variantId, safety_stock: 3 },
  ]);
});

test("of holds that are extended together each is answered with its own end", async () => {
  const shopperId = newShopper();
  const long = await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  const short = await hold(db.sql, shopperId, await createVariant(db.sql, 5));
  await asSuperuser(
    db,
    (tx) => tx`update reservations set duration_seconds = 600 where id = ${short.reservationId}`,
  );
  await letTimePass(db, 400, shopperId);
  for (const { reservationId, reservation } of await extend(db.sql, shopperId, [
    long.reservationId,
    short.reservationId,
  ])) {
    const [row] = await db.sql`select expires_at from reservations where id = ${reservationId}`;
    expect(Date.parse(must(reservation).expiresAt)).toBe(must(row).expires_at.getTime());
  }
});
