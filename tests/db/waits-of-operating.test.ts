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
  const [first, second, third] = db.connect(3) as [Sql, Sql, Sql];
  const take = (session: Sql, at: number) =>
    session`select 1 from stock_levels where variant_id = ${must(ids[at])} for no key update nowait`;
  await begin(first);
  await take(first, 0);
  const { result } = await startBlocked(db, second, (session) => importStock(session, rows, version));
  await begin(third);
  expect(await take(third, 1)).toHaveLength(1);
  await rollback(third);
  await commit(first);
  expect((await result).outcome).toBe("applied");
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

test("a sign-in waits for an order of the guest before it takes any level", async () => {
  const [guest, user] = [newShopper(), newShopper()];
  const variantId = await createVariant(db.sql, 5);
  await hold(db.sql, guest, variantId);
  const { orderId } = await buy(db.sql, guest);
  await hold(db.sql, guest, variantId);
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first`select 1 from orders where id = ${orderId} for no key update`;
  const { result } = await startBlocked(db, second, (session) => transfer(session, guest, user));
  await first`select 1 from stock_levels where variant_id = ${variantId} for no key update nowait`;
  await commit(first);
  expect((await result).outcome).toBe("transferred");
});
