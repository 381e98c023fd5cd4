import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { createVariant, expectConsistent, hold, must, release, reserveBatch } from "../support/shop.ts";
import { begin, commit, pidOf, startBlocked, untilBlockedBy } from "./sessions.ts";
import { newSource, outcomesOf, type Sourced, wish } from "./sources.ts";
import { oneAfterTheOther } from "./waiting.ts";

// What the limits of an address do to a batch: what they count, what they write, and whom they let pass.

const db = useTestDatabase();
let variantId = "";
let source = "";

beforeEach(async () => {
  // A quarter of it is the share of an address: five units.
  variantId = await createVariant(db.sql, 20);
  source = newSource();
});
afterEach(() => expectConsistent(db.sql));

const ask = async (requests: Sourced[], sql: Sql = db.sql) => outcomesOf(await reserveBatch(sql, requests));
const want = (quantity: number, more: Partial<Sourced> = {}) => wish(source, variantId, quantity, more);

test("each request is counted as what became of it", async () => {
  await ask([wish(undefined, variantId, 17)]);
  const [tooMany, one, short] = [want(6), want(2), want(2)];
  expect(await ask([tooMany, one, short])).toEqual(["limit_reached", "held", "insufficient_stock"]);
  const noted = await db.sql`select shopper_id from source_holders where variant_id = ${variantId}`;
  expect([...noted]).toEqual([{ shopper_id: one.shopperId }]);
  const [counted] = await db.sql`
    select sum(requests)::int as requests from source_requests where source = ${source}`;
  expect(counted).toEqual({ requests: 2 });
  const [refused] = await db.sql`
    select sum(requests)::int as requests, sum(units)::int as units from reservation_refusals
    where variant_id = ${variantId} and reason = 'limit_reached'`;
  expect(refused).toEqual({ requests: 1, units: 6 });
});

test("what is answered again takes nothing of the share", async () => {
  const again = want(3, newKey());
  expect(await ask([again])).toEqual(["held"]);
  await release(db.sql, again.shopperId);
  expect(await ask([again, want(5)])).toEqual(["held", "held"]);
});

test("what the share is taken by meanwhile may be the same request, which is answered again", async () => {
  const again = want(5, newKey());
  const outcomes = await oneAfterTheOther(
    db,
    async (session) => {
      expect(await ask([again], session)).toEqual(["held"]);
      // Whoever comes now has looked for the key already when they look at the share.
      await session`lock table source_holders in access exclusive mode`;
    },
    (session) => ask([again], session),
  );
  expect(outcomes).toEqual(["held"]);
});

test("who asks for what is gone leaves no shopper", async () => {
  await ask([wish(undefined, variantId, 20)]);
  const late = want(1);
  expect(await ask([late])).toEqual(["insufficient_stock"]);
  expect(await db.sql`select id from shoppers where id = ${late.shopperId}`).toHaveLength(0);
});

test("who keeps a quantity while they sign in has no level while they wait for the user", async () => {
  const guest = want(5);
  expect(await ask([guest])).toEqual(["held"]);
  const user = wish(source, await createVariant(db.sql, 20));
  await hold(db.sql, user.shopperId, must(user.lines[0]).variantId);
  const [ofUser, signIn, late] = db.connect(3) as [Sql, Sql, Sql];
  const [latePid, userPid] = [await pidOf(late), await pidOf(ofUser)];
  await begin(ofUser);
  await ofUser`select 1 from shoppers where id = ${user.shopperId} for no key update`;
  await begin(signIn);
  await signIn`update shoppers set merged_into = ${user.shopperId} where id = ${guest.shopperId}`;
  const kept = await startBlocked(db, late, (session) => ask([{ ...guest, quantityMode: "set" }], session));
  await commit(signIn);
  await untilBlockedBy(db.sql, latePid, userPid);
  await ofUser`select 1 from stock_levels where variant_id = ${variantId} for no key update nowait`;
  await commit(ofUser);
  expect(await kept.result).toEqual(["held"]);
});
