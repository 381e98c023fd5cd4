import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
} from "../support/shop.ts";

const db = useTestDatabase();
let shopperId = "";
let variants: string[] = [];

beforeEach(async () => {
  await db.sql`update store_settings set max_holds_per_minute = 3`;
  shopperId = newShopper();
  variants = await Promise.all([1, 2, 3, 4].map(() => createVariant(db.sql, 50)));
});

afterEach(() => expectConsistent(db.sql));

const variant = (n: number) => must(variants[n]);
const tooOften = { outcome: "limit_reached", limit: { name: "max_holds_per_minute", value: 3 } };

test("a shopper makes so many new holds within a minute and no more, whatever became of them", async () => {
  for (let n = 0; n < 3; n++) {
    await hold(db.sql, shopperId, variant(0));
    await release(db.sql, shopperId);
  }
  expect(await reserve(db.sql, shopperId, variant(1))).toMatchObject(tooOften);
  expect((await reserve(db.sql, newShopper(), variant(1))).outcome).toBe("held");
});

test("adding to a hold makes no new one", async () => {
  for (let n = 0; n < 10; n++) await hold(db.sql, shopperId, variant(0));
  expect((await reserve(db.sql, shopperId, variant(1))).outcome).toBe("held");
});

test("the minute is over: the count begins anew", async () => {
  for (let n = 0; n < 3; n++) await hold(db.sql, shopperId, variant(n));
  await db.sql`update shoppers set minute_began_at = minute_began_at - interval '61 s' where id = ${shopperId}`;
  expect((await reserve(db.sql, shopperId, variant(3))).outcome).toBe("held");
  const [row] = await db.sql`select holds_in_minute from shoppers where id = ${shopperId}`;
  expect(row?.holds_in_minute).toBe(1);
});

test("a cart of more lines than are left is refused whole, or held as far as they reach", async () => {
  const lines = variants.map((variantId) => ({ variantId, quantity: 1 }));
  const [whole] = await reserveBatch(db.sql, [{ shopperId, lines }]);
  expect(whole?.outcome).toBe("limit_reached");
  const [part] = await reserveBatch(db.sql, [{ shopperId, lines, mode: "partial" }]);
  expect(part?.outcome).toBe("partial");
  expect(part?.lines.map((line) => line.outcome)).toEqual(["held", "held", "held", "limit_reached"]);
  expect(must(part).lines[3]).toMatchObject(tooOften);
});

test("requests of one shopper in one batch are counted together", async () => {
  const answers = await reserveBatch(
    db.sql,
    variants.map((variantId) => ({ shopperId, lines: [{ variantId, quantity: 1 }] })),
  );
  expect(answers.map((answer) => answer.outcome)).toEqual(["held", "held", "held", "limit_reached"]);
});
