import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  availabilityOf,
  cartOf,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
  rowOf,
  stockOf,
  sweep,
} from "../support/shop.ts";
import { lockLevels } from "./sessions.ts";

const db = useTestDatabase();
let variantId = "";
let shopperId = "";
let lapsed: Hold;

beforeEach(async () => {
  variantId = await createVariant(db.sql, 5);
  shopperId = newShopper();
  lapsed = await hold(db.sql, shopperId, variantId, 4);
  await letTimePass(db, 901);
});

afterEach(() => expectConsistent(db.sql));

test("units of a lapsed hold that nobody swept go to whoever needs them, all of them", async () => {
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("active");
  expect((await reserve(db.sql, newShopper(), variantId, 5)).outcome).toBe("held");
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 5 });
});

test("a lapsed hold is left to the sweep while nobody needs its units", async () => {
  expect((await reserve(db.sql, newShopper(), variantId, 1)).outcome).toBe("held");
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("active");
});

test("no more lapsed holds are taken back than units are missing", async () => {
  const many = await createVariant(db.sql, 50);
  await reserveBatch(
    db.sql,
    Array.from({ length: 50 }, () => ({
      shopperId: newShopper(),
      lines: [{ variantId: many, quantity: 1 }],
    })),
  );
  await letTimePass(db, 901);
  expect((await reserve(db.sql, newShopper(), many, 3)).outcome).toBe("held");
  const [row] = await db.sql`select count(*)::int as expired from reservations
    where variant_id = ${many} and status = 'expired'`;
  expect(row).toEqual({ expired: 3 });
});

test("a batch finds the lapsed units of everything that it asks for", async () => {
  const answers = await reserveBatch(
    db.sql,
    Array.from({ length: 6 }, () => ({ shopperId: newShopper(), lines: [{ variantId, quantity: 1 }] })),
  );
  expect(answers.map((answer) => answer.outcome)).toEqual([...Array(5).fill("held"), "insufficient_stock"]);
});

test("a live hold keeps its units when the lapsed ones beside it are taken", async () => {
  const live = await hold(db.sql, newShopper(), variantId, 1);
  expect((await reserve(db.sql, newShopper(), variantId, 5)).outcome).toBe("insufficient_stock");
  expect((await reserve(db.sql, newShopper(), variantId, 4)).outcome).toBe("held");
  expect((await rowOf(db.sql, live.reservationId)).status).toBe("active");
});

test("a hold that is being paid keeps its units however late it is", async () => {
  const paid = await createVariant(db.sql, 1);
  const { reservationId } = await hold(db.sql, newShopper(), paid);
  await db.sql`update reservations set status = 'paying' where id = ${reservationId}`;
  await letTimePass(db, 90_000);
  expect((await reserve(db.sql, newShopper(), paid)).outcome).toBe("insufficient_stock");
  await sweep(db.sql);
  expect((await rowOf(db.sql, reservationId)).status).toBe("paying");
});

test("one's own lapsed hold is taken again as a new one; its units are not added to the new ones", async () => {
  const again = await reserve(db.sql, shopperId, variantId, 2);
  expect(again).toMatchObject({ outcome: "held", replacesId: lapsed.reservationId });
  expect(must(again.reservation)).toMatchObject({ quantity: 2, status: "active" });
  expect(must(again.reservation).reservationId).not.toBe(lapsed.reservationId);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 2 });
});

test("one's own lapsed hold does not stand in one's own way", async () => {
  expect((await reserve(db.sql, shopperId, variantId, 5)).outcome).toBe("held");
});

test("giving back a lapsed hold records that time ended it, not the shopper", async () => {
  expect((await release(db.sql, shopperId, [lapsed.reservationId])).released).toBe(0);
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect((await stockOf(db.sql, variantId)).reserved).toBe(0);
});

test("availability counts lapsed units as free before anybody sweeps", async () => {
  expect(await availabilityOf(db.sql, variantId)).toMatchObject({ available: 5, state: "low_stock" });
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("active");
});

test("the cart shows a lapsed hold as no longer held before anybody sweeps, and after", async () => {
  for (const isSwept of [false, true]) {
    if (isSwept) await sweep(db.sql);
    const cart = await cartOf(db.sql, shopperId);
    expect(cart).toMatchObject({ lines: [], totalQuantity: 0, totalCents: 0 });
    expect(cart.lapsed).toMatchObject([{ reservationId: lapsed.reservationId, quantity: 4 }]);
  }
});

test("the sweep marks lapsed holds, gives their units back and leaves the live ones", async () => {
  await sweep(db.sql);
  const live = await hold(db.sql, newShopper(), variantId, 1);
  expect(await sweep(db.sql)).toMatchObject({ expired: 0, units: 0, more: false });
  expect((await rowOf(db.sql, lapsed.reservationId)).status).toBe("expired");
  expect((await rowOf(db.sql, live.reservationId)).status).toBe("active");
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 5, reserved: 1 });
});

test("a sweep stops at its limit, says that there is more, and the next goes on", async () => {
  await sweep(db.sql);
  const other = await createVariant(db.sql, 3);
  for (const id of [variantId, other]) {
    for (let i = 0; i < 3; i++) await hold(db.sql, newShopper(), id);
  }
  await letTimePass(db, 901);
  expect(await sweep(db.sql, 4)).toMatchObject({ expired: 4, units: 4, more: true });
  expect(await sweep(db.sql, 4)).toMatchObject({ expired: 2, units: 2, more: false });
});

test("a sweep passes over a level that somebody is working on, and does not wait", async () => {
  await sweep(db.sql);
  const [busy, idle] = [await createVariant(db.sql, 1), await createVariant(db.sql, 1)];
  for (const id of [busy, idle]) await hold(db.sql, newShopper(), id);
  await letTimePass(db, 901);
  const slow = db.connect();
  await lockLevels(slow, busy);
  expect(await sweep(db.sql)).toMatchObject({ expired: 1 });
  expect((await stockOf(db.sql, busy)).reserved).toBe(1);
  expect((await stockOf(db.sql, idle)).reserved).toBe(0);
  await slow`rollback`;
  expect(await sweep(db.sql)).toMatchObject({ expired: 1 });
});

test("several sweeps and shoppers at once expire each hold once", async () => {
  const variants = await Promise.all(Array.from({ length: 8 }, () => createVariant(db.sql, 30)));
  for (const id of variants) {
    await reserveBatch(
      db.sql,
      Array.from({ length: 30 }, () => ({
        shopperId: newShopper(),
        lines: [{ variantId: id, quantity: 1 }],
      })),
    );
  }
  await letTimePass(db, 901);
  const sessions = db.connect(8);
  await Promise.all(
    sessions.map(async (session, i) => {
      for (let n = 0; n < 6; n++) {
        if (i % 2 === 0) await sweep(session, 20);
        else await reserve(session, newShopper(), must(variants[(i + n) % 8]), 11);
      }
    }),
  );
  const [row] = await db.sql<{ twice: number }[]>`select count(*)::int as twice from (
    select entity_id from audit_log where cause = 'expire' group by entity_id having count(*) > 1) as t`;
  expect(must(row).twice).toBe(0);
});

test("one request takes back a bounded number of lapsed holds, however far safety stock was raised over them", async () => {
  const crowded = await createVariant(db.sql, 3000);
  await db.sql`insert into reservations
      (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    select gen_random_uuid(), variant_id, location_id, 1, 60, now() - interval '2 min', now() - interval '1 min', now()
    from stock_levels, generate_series(1, 3000) where variant_id = ${crowded}`;
  await db.sql`update stock_levels set safety_stock = 3000 where variant_id = ${crowded}`;
  expect((await reserve(db.sql, newShopper(), crowded)).outcome).toBe("insufficient_stock");
  expect((await stockOf(db.sql, crowded)).reserved).toBe(1000);
  expect((await reserve(db.sql, newShopper(), crowded)).outcome).toBe("insufficient_stock");
  expect((await stockOf(db.sql, crowded)).reserved).toBe(0);
  await db.sql`update stock_levels set safety_stock = 2999 where variant_id = ${crowded}`;
  expect((await reserve(db.sql, newShopper(), crowded)).outcome).toBe("held");
});
