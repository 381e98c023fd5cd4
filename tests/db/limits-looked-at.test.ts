import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, expectConsistent, hold, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { newSource, type Sourced, wish } from "./sources.ts";

// What limits of sources refuse: by a look ahead of the locks, and by another one behind them.

const db = useTestDatabase();
let variantId = "";
let source = "";
/** A quarter of the twenty that are there. */
const tooMany = { name: "max_units_per_address", value: 5 };

beforeEach(async () => {
  variantId = await createVariant(db.sql, 20);
  source = newSource();
});
afterEach(() => expectConsistent(db.sql));

const look = (where: "ahead" | "behind", requests: Sourced[], skip: object = {}, settings: object = {}) =>
  answerOf(
    db.sql,
    `private.source_limits_${where}($1, $2,
      (select jsonb_populate_record(s, $3) from store_settings as s), clock_timestamp())`,
    [requests, skip, settings],
  );

/** Somebody who holds units that they took from a source. */
async function holder(quantity: number, from = source): Promise<string> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, quantity);
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    values (${variantId}, ${from}, ${shopperId}, clock_timestamp())`;
  return shopperId;
}
const set = (shopperId: string, quantity: number) =>
  wish(source, variantId, quantity, { shopperId, quantityMode: "set" });

test("what a source holds already counts", async () => {
  await holder(5);
  expect(await look("ahead", [wish(source, variantId)])).toEqual({ 1: tooMany });
});

test("what others add before in the same batch counts", async () => {
  const requests = [wish(source, variantId, 3), wish(source, variantId, 3)];
  expect(await look("ahead", requests)).toEqual({ 2: tooMany });
});

test("what a line adds that is set twice in a batch is known once it is decided", async () => {
  const shopperId = newShopper();
  const requests = [set(shopperId, 3), set(shopperId, 3), wish(source, variantId, 5)];
  expect(await look("ahead", requests)).toBeNull();
});

test("who adds units asks for all of them, whatever they hold", async () => {
  const shopperId = await holder(4);
  expect(await look("ahead", [wish(source, variantId, 2, { shopperId })])).toEqual({ 1: tooMany });
});

test("who sets a line has what they hold themselves, and not what others hold", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, await createVariant(db.sql, 1));
  await hold(db.sql, newShopper(), variantId, 4);
  expect(await look("ahead", [set(shopperId, 6)])).toEqual({ 1: tooMany });
});

test("a request is one, however many lines it has", async () => {
  const lines = [variantId, await createVariant(db.sql, 20)].map((id) => ({ variantId: id, quantity: 1 }));
  const settings = { max_requests_per_address: 1 };
  expect(await look("ahead", [wish(source, variantId, 1, { lines })], {}, settings)).toBeNull();
});

test("who is passed over asks for nothing, and lends nobody their count of requests", async () => {
  const [busy, other] = [`${source}-a`, `${source}-b`];
  await db.sql`insert into source_requests (source, shard, minute, requests)
    values (${busy}, 0, date_trunc('minute', clock_timestamp()), 1)`;
  const requests = [wish(busy, variantId, 9), wish(other, variantId)];
  expect(await look("ahead", requests, { 1: true }, { max_requests_per_address: 1 })).toBeNull();
});

test("a shop that knows no share bounds nobody", async () => {
  const settings = { max_share_per_address_percent: 100, max_units_per_address: 5 };
  expect(await look("ahead", [wish(source, variantId, 20)], {}, settings)).toBeNull();
});

test("behind the locks who came last goes, and no more of them than need be", async () => {
  const requests = [];
  for (let n = 0; n < 2; n++) requests.push(wish(source, variantId, 3, { shopperId: await holder(3) }));
  expect(await look("behind", requests)).toEqual({ 2: tooMany });
});

test("behind the locks nobody goes for the units of another source", async () => {
  const quiet = newSource();
  const requests = [
    wish(quiet, variantId, 1, { shopperId: await holder(1, quiet) }),
    wish(source, variantId, 6, { shopperId: await holder(6) }),
  ];
  expect(await look("behind", requests)).toEqual({ 2: tooMany });
});

test("behind the locks nobody is forgotten for the sake of who is passed over", async () => {
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    select ${variantId}, ${source}, gen_random_uuid(), clock_timestamp() from generate_series(1, 51)`;
  expect(await look("behind", [wish(source, variantId)], { 1: true })).toBeNull();
  expect(await db.sql`select 1 from source_holders where source = ${source}`).toHaveLength(51);
});
