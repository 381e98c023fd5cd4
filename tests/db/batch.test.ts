import { afterEach, beforeAll, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  must,
  newShopper,
  reserve,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { countOutcomes } from "./crowd.ts";

const db = useTestDatabase();

beforeAll(async () => {
  // Counts what the level costs: one row per version that is written.
  await db.sql.unsafe(`
    create table level_writes (variant_id uuid, reserved int);
    create function note_level_write() returns trigger language plpgsql as $$
      begin insert into public.level_writes values (new.variant_id, new.reserved); return null; end $$;
    create trigger note after update on stock_levels for each row execute function note_level_write();`);
});

afterEach(() => expectConsistent(db.sql));

const one = (shopperId: string, variantId: string, quantity = 1) => ({
  shopperId,
  lines: [{ variantId, quantity }],
});

test("a batch is decided in order of arrival, each request on its own", async () => {
  const variantId = await createVariant(db.sql, 5);
  const unknown = "00000000-0000-4000-8000-000000000000";
  const answers = await reserveBatch(db.sql, [
    one(newShopper(), variantId, 3),
    one(newShopper(), variantId, 3),
    one(newShopper(), unknown),
    one(newShopper(), variantId, 2),
    one(newShopper(), variantId, 1),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual([
    "held",
    "insufficient_stock",
    "variant_not_found",
    "held",
    "insufficient_stock",
  ]);
  expect(answers[1]?.lines[0]).toMatchObject({ available: 2, shortfall: 1 });
  expect(answers[4]?.lines[0]).toMatchObject({ available: 0, shortfall: 1 });
});

test("a batch of 256 shoppers for 100 units holds exactly 100 and writes the level once", async () => {
  const variantId = await createVariant(db.sql, 100);
  const shoppers = Array.from({ length: 256 }, newShopper);
  const answers = await reserveBatch(
    db.sql,
    shoppers.map((id) => one(id, variantId)),
  );
  expect(countOutcomes(answers)).toEqual({ held: 100, insufficient_stock: 156 });
  expect(answers.slice(0, 100).every((answer) => answer.outcome === "held")).toBe(true);
  const writes = await db.sql`select reserved from level_writes where variant_id = ${variantId}`;
  expect([...writes]).toEqual([{ reserved: 100 }]);
});

test("a shopper who asks twice for one variant in a batch is not counted once: no unit is promised on top", async () => {
  const variantId = await createVariant(db.sql, 4);
  const [twice, other] = [newShopper(), newShopper()];
  const answers = await reserveBatch(db.sql, [
    one(twice, variantId, 2),
    one(twice, variantId, 1),
    one(other, variantId, 2),
    one(other, variantId, 1),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual(["held", "held", "insufficient_stock", "held"]);
  // The two requests folded into one hold, and each answer says how it stood then.
  expect(answers[0]?.lines[0]?.reservation?.quantity).toBe(2);
  expect(answers[1]?.lines[0]?.reservation?.quantity).toBe(3);
  expect(answers[1]?.lines[0]?.reservation?.reservationId).toBe(
    answers[0]?.lines[0]?.reservation?.reservationId,
  );
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 4, reserved: 4 });
});

test("the same holds for a shopper who comes with a hold, adds and then sets it within one batch", async () => {
  const variantId = await createVariant(db.sql, 6);
  const shopperId = newShopper();
  const first = await reserve(db.sql, shopperId, variantId, 2);
  const answers = await reserveBatch(db.sql, [
    one(shopperId, variantId, 2),
    one(newShopper(), variantId, 3),
    { ...one(shopperId, variantId, 1), quantityMode: "set" },
    one(newShopper(), variantId, 5),
    one(shopperId, variantId, 1),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual([
    "held",
    "insufficient_stock",
    "held",
    "held",
    "insufficient_stock",
  ]);
  const mine = must(answers[2]?.lines[0]?.reservation);
  expect(mine).toMatchObject({ quantity: 1, reservationId: first.reservation?.reservationId });
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 6, reserved: 6 });
});

test("units that one request of a batch gives back are there for the next", async () => {
  const variantId = await createVariant(db.sql, 5);
  const giver = newShopper();
  await reserve(db.sql, giver, variantId, 5);
  const answers = await reserveBatch(db.sql, [
    one(newShopper(), variantId, 3),
    { ...one(giver, variantId, 2), quantityMode: "set" },
    one(newShopper(), variantId, 3),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual(["insufficient_stock", "held", "held"]);
});

test("a request that is refused does not take its lines from the requests behind it", async () => {
  const [plenty, short] = [await createVariant(db.sql, 2), await createVariant(db.sql, 1)];
  const answers = await reserveBatch(db.sql, [
    {
      shopperId: newShopper(),
      lines: [
        { variantId: plenty, quantity: 2 },
        { variantId: short, quantity: 2 },
      ],
    },
    one(newShopper(), plenty, 2),
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual(["insufficient_stock", "held"]);
});

test("an unpublished variant cannot be held, nor one of a product that comes out later", async () => {
  const unpublished = await createVariant(db.sql, 3, { published: false });
  const later = await createVariant(db.sql, 3);
  await db.sql`update products set published_at = now() + interval '1 day'
    where id = (select product_id from variants where id = ${later})`;
  for (const variantId of [unpublished, later]) {
    expect((await reserve(db.sql, newShopper(), variantId)).outcome).toBe("variant_not_found");
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 3, reserved: 0 });
  }
});
