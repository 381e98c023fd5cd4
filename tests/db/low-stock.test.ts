import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { addLocation, createVariant, hold, letTimePass, must, newShopper, release } from "../support/shop.ts";

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 12);
});

async function watch() {
  const [row] = await db.sql<
    { answer: { opened: number; closed: number } }[]
  >`select watch_low_stock() as answer`;
  return must(row).answer;
}
const setStock = (units: number) =>
  db.sql`update stock_levels set on_hand = ${units} where variant_id = ${variantId}`;
const episodes = () => db.sql<{ isOpen: boolean; available: number }[]>`
  select closed_at is null as "isOpen", (details ->> 'available')::int as available from alerts
  where kind = 'low_stock' and subject = ${variantId} order by opened_at`;

test("an episode opens once when it gets low, and closes only when there is clearly enough", async () => {
  await watch();
  expect(await episodes()).toEqual([]);
  const steps: [units: number, episodes: { isOpen: boolean }[]][] = [
    [6, []],
    [5, [{ isOpen: true }]],
    [0, [{ isOpen: true }]],
    [9, [{ isOpen: true }]],
    [10, [{ isOpen: false }]],
    [6, [{ isOpen: false }]],
    [5, [{ isOpen: false }, { isOpen: true }]],
  ];
  for (const [units, wanted] of steps) {
    await setStock(units);
    for (const _ of ["once", "twice"]) {
      await watch();
      expect(await episodes(), `${units} units`).toMatchObject(wanted);
      expect(await episodes()).toHaveLength(wanted.length);
    }
  }
});

test("what is held is not available, what has lapsed is; the location that gives most counts", async () => {
  await watch();
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 8);
  expect(await watch()).toMatchObject({ opened: 1, closed: 0 });
  await letTimePass(db, 901, shopperId);
  expect(await watch()).toMatchObject({ opened: 0, closed: 1 });
  await hold(db.sql, shopperId, variantId, 8);
  await addLocation(db.sql, variantId, 6, 9);
  expect(await watch()).toMatchObject({ opened: 0 });
  await release(db.sql, shopperId);
});

test("what is not for sale is watched by nobody, and its episode ends", async () => {
  await setStock(2);
  expect(await watch()).toMatchObject({ opened: 1 });
  await db.sql`update products set published_at = null where id = (select product_id from variants where id = ${variantId})`;
  expect(await watch()).toMatchObject({ opened: 0, closed: 1 });
  expect(await watch()).toMatchObject({ opened: 0, closed: 0 });
});

test("a border that would close what it opens is moved apart", async () => {
  await setStock(5);
  await db.sql`update store_settings set low_stock_clears_at = 0`;
  await watch();
  await watch();
  expect(await episodes()).toMatchObject([{ isOpen: true }]);
  await setStock(6);
  await watch();
  expect(await episodes()).toMatchObject([{ isOpen: false }]);
  await db.sql`update store_settings set low_stock_clears_at = default`;
});

test("two who watch at once open one episode", async () => {
  await setStock(1);
  const sessions = db.connect(4);
  await Promise.all(sessions.map((session) => session`select watch_low_stock()`));
  expect(await episodes()).toHaveLength(1);
});
