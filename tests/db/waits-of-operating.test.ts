import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { buy } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { adminId, importStock } from "./admin-calls.ts";
import { answerOf } from "./answers.ts";
import { begin, commit, rollback, startBlocked, transfer } from "./sessions.ts";
import { oneAfterTheOther } from "./waiting.ts";

// What an admin decides is decided on what is there once it is nobody else's.

const db = useTestDatabase();

/** What the database keeps the variant under. */
async function placeOf(variantId: string) {
  const [row] = await db.sql<{ sku: string; location: string; productId: string }[]>`
    select v.sku, l.code as location, v.product_id as "productId" from variants v join stock_levels s on s.variant_id = v.id
    join locations l on l.id = s.location_id where v.id = ${variantId}`;
  return must(row);
}

/** Work that has to wait for the first of two rows has not got the second meanwhile. */
async function inOrder(rows: string, [one, other]: string[], work: (session: Sql) => Promise<void>) {
  const [first, second, third] = db.connect(3) as [Sql, Sql, Sql];
  const take = (session: Sql, id?: string) =>
    session.unsafe(`select 1 from ${rows} = $1 for no key update nowait`, [must(id)]);
  await begin(first);
  await take(first, one);
  const { result } = await startBlocked(db, second, work);
  await begin(third);
  expect(await take(third, other)).toHaveLength(1);
  await rollback(third);
  await commit(first);
  await result;
}

test("a count that was made before a sale does not count the sale away", async () => {
  const variantId = await createVariant(db.sql, 5);
  const { sku, location } = await placeOf(variantId);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId);
  const rows = [{ line: 1, sku, location, onHand: 7 }];
  const { version } = await importStock(db.sql, rows);
  const answer = await oneAfterTheOther(
    db,
    (session) => buy(session, shopperId),
    (session) => importStock(session, rows, version),
  );
  expect(answer).toMatchObject({ outcome: "stock_changed", rows: [{ before: 4, after: 7 }] });
});

test("an import takes its levels in the order of all", async () => {
  const ids = [await createVariant(db.sql, 5), await createVariant(db.sql, 5)].sort();
  const places = await Promise.all(ids.map(placeOf));
  const rows = places.map(({ sku, location }, n) => ({ line: n + 1, sku, location, onHand: 6 })).toReversed();
  const { version } = await importStock(db.sql, rows);
  await inOrder("stock_levels where variant_id", ids, async (session) => {
    expect(await importStock(session, rows, version)).toMatchObject({ outcome: "applied" });
  });
});

test("an edit keeps what somebody else has just written into the fields it leaves out", async () => {
  const { productId } = await placeOf(await createVariant(db.sql, 1));
  const save = (session: Sql, product: object) =>
    answerOf(session, "admin_save_product($1, $2, $3)", [product, adminId, productId]);
  const { product } = await oneAfterTheOther(
    db,
    (session) => save(session, { tagline: "Light as a gull" }),
    (session) => save(session, { name: "Another name" }),
  );
  expect(product).toMatchObject({ tagline: "Light as a gull", name: "Another name" });
});

test("a sign-in takes the guest's orders in the order of all, however their rows lie", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  await db.sql`insert into shoppers (id) values (${guest})`;
  const ids = [randomUUID(), randomUUID()].sort();
  for (const id of ids.toReversed()) {
    await db.sql`insert into orders (id, shopper_id, source, currency, subtotal_cents, total_cents)
      values (${id}, ${guest}, 'phone', 'EUR', 1000, 1000)`;
  }
  await inOrder("orders where id", ids, async (session) => {
    expect(await transfer(session, guest, user)).toMatchObject({ outcome: "transferred" });
  });
});
