import { beforeEach, expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { createVariant, hold, newShopper } from "../support/shop.ts";
import { begin, commit, rollback, startBlocked } from "./sessions.ts";

// Whoever locks several rows takes them in the order of their ids: who waits for the first has none of the later.

const db = useTestDatabase();
let shoppers: [string, string];

beforeEach(() => {
  shoppers = [newShopper(), newShopper()].sort() as [string, string];
});

/** Lets the work wait for the first, and says whether somebody else gets the last meanwhile. */
async function leavesTheLast(
  take: (session: Sql, which: "first" | "last") => Promise<unknown>,
  work: string,
): Promise<boolean> {
  const [first, second, third] = db.connect(3) as [Sql, Sql, Sql];
  await begin(first);
  await take(first, "first");
  const { result } = await startBlocked(db, second, (session) => session.unsafe(work));
  await begin(third);
  await third`set local lock_timeout = '500ms'`;
  const isLeft = await take(third, "last").then(
    () => true,
    () => false,
  );
  await rollback(third);
  await commit(first);
  await result;
  return isLeft;
}

const taking =
  (table: string, [first, last]: string[]) =>
  (session: Sql, which: "first" | "last") =>
    session.unsafe(`select 1 from ${table} = '${which === "first" ? first : last}' for no key update`);
const makingShoppers = (session: Sql, which: "first" | "last") =>
  session`insert into shoppers (id) values (${shoppers[which === "first" ? 0 : 1]})`;
const list = (ids: string[]) => `array['${ids.join("','")}']::uuid[]`;

test("levels by their variants", async () => {
  const ids = [await createVariant(db.sql, 1), await createVariant(db.sql, 1)].sort();
  const work = `select private.lock_levels(${list(ids)})`;
  expect(await leavesTheLast(taking("stock_levels where variant_id", ids), work)).toBe(true);
});

test.each([
  ["a batch", (ids: string[]) => `select reserve_stock('${JSON.stringify(ids.map(request))}')`],
  ["a repair", () => "select repair_stock_consistency(false)"],
])("levels, of %s", async (_, work) => {
  const ids = [await createVariant(db.sql, 1), await createVariant(db.sql, 1)].sort();
  expect(await leavesTheLast(taking("stock_levels where variant_id", ids), work(ids.toReversed()))).toBe(
    true,
  );
});

const request = (variantId: string) => ({ shopperId: newShopper(), lines: [{ variantId, quantity: 1 }] });

test("shoppers whose holds are typed", async () => {
  const variantId = await createVariant(db.sql, 2);
  const type = `
    insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at, max_expires_at)
    select who, s.variant_id, s.location_id, 1, 900, now(), now() + interval '15 min', now() + interval '1 h'
    from stock_levels as s, unnest(array['${shoppers[1]}', '${shoppers[0]}']::uuid[]) as who
    where s.variant_id = '${variantId}'`;
  expect(await leavesTheLast(makingShoppers, type)).toBe(true);
});

test.each(["lock_shoppers", "lock_merging_shoppers"])("shoppers: %s", async (name) => {
  await db.sql`insert into shoppers (id) select unnest(${shoppers}::uuid[])`;
  const work = name === "lock_shoppers" ? list(shoppers) : `'${shoppers[0]}', '${shoppers[1]}'`;
  expect(await leavesTheLast(taking("shoppers where id", shoppers), `select private.${name}(${work})`)).toBe(
    true,
  );
});

test.each(["lock_shoppers", "lock_merging_shoppers"])("shoppers whose rows are made: %s", async (name) => {
  // The later first, as it may well come.
  const [first, last] = shoppers;
  const work = name === "lock_shoppers" ? list([last, first]) : `'${last}', '${first}'`;
  expect(await leavesTheLast(makingShoppers, `select private.${name}(${work})`)).toBe(true);
});

test("the orders of a guest who signs in", async () => {
  const [guest, user] = shoppers;
  const variantId = await createVariant(db.sql, 5);
  const ids: string[] = [];
  for (let n = 0; n < 2; n++) {
    await hold(db.sql, guest, variantId);
    ids.push((await buy(db.sql, guest)).orderId);
  }
  const work = `select transfer_reservations('${guest}', '${user}')`;
  expect(await leavesTheLast(taking("orders where id", ids.sort()), work)).toBe(true);
});

test("the orders of an account that is erased", async () => {
  const [shopperId] = shoppers;
  const variantId = await createVariant(db.sql, 5);
  const ids: string[] = [];
  for (let n = 0; n < 2; n++) {
    await hold(db.sql, shopperId, variantId);
    ids.push((await buy(db.sql, shopperId)).orderId);
  }
  const work = `select private.erase_orders_of('${shopperId}')`;
  expect(await leavesTheLast(taking("orders where id", ids.sort()), work)).toBe(true);
});
