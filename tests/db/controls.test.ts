import { beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  extend,
  hold,
  must,
  newShopper,
  type Request,
  release,
  reserve,
  reserveBatch,
  rowOf,
  stockOf,
} from "../support/shop.ts";
import { begin, commit, lapseNow, lockLevels, sqlStateOf, startBlocked } from "./sessions.ts";

// Controls: the same interleavings as in the other files, with a guard taken away. Each expects the harm, so
// that nobody mistakes a race that cannot happen for a guard that works. This file's database is spoilt.

const db = useTestDatabase();
let variantId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 1);
});

const originals = new Map<string, string>();

/** Replaces text in a function's source; it fails when the text is no longer there. */
async function rewrite(signature: string, ...changes: [RegExp, string][]): Promise<void> {
  const [row] = await db.sql<{ source: string }[]>`
    select pg_get_functiondef(${signature}::regprocedure) as source`;
  let source = must(row).source;
  if (!originals.has(signature)) originals.set(signature, source);
  for (const [from, to] of changes) {
    expect(source).toMatch(from);
    source = source.replace(from, to);
  }
  await db.sql.unsafe(source);
}

async function mendFunctions(): Promise<void> {
  for (const source of originals.values()) await db.sql.unsafe(source);
}

const ways = [
  { way: "shortcut", words: {} },
  { way: "whole way", words: { quantityMode: "set" as const } },
];

/** Decides for two shoppers of the last unit before either has written. */
async function twoAtTheLastUnit(words: Partial<Request>) {
  const [first, second] = [db.connect(), db.connect()];
  const take = async (session: Sql) =>
    must(
      (
        await reserveBatch(session, [
          { shopperId: newShopper(), ...words, lines: [{ variantId, quantity: 1 }] },
        ])
      )[0],
    );
  await begin(first);
  expect((await take(first)).outcome).toBe("held");
  const late = await startBlocked(db, second, take);
  await commit(first);
  return late.result;
}

/** The whole way and the shortcut each lock the levels before they decide. */
async function takeLocksAway(): Promise<void> {
  await rewrite("private.lock_levels(uuid[])", [/perform 1 from[\s\S]*?for no key update;/, "null;"]);
  await rewrite("private.reserve_one(jsonb)", [/for no key update/, ""]);
  await rewrite("private.reserve_at_once(jsonb)", [/for no key update/, ""]);
}

test.each(ways)(
  "with every guard in place the second of two shoppers is refused ($way)",
  async ({ words }) => {
    expect((await twoAtTheLastUnit(words)).outcome).toBe("insufficient_stock");
  },
);

test.each(ways)(
  "without the lock the CHECK still keeps the unit from being promised twice ($way)",
  async ({ words }) => {
    await takeLocksAway();
    expect(await sqlStateOf(twoAtTheLastUnit(words))).toBe("23514");
    await mendFunctions();
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
  },
);

test.each(ways)(
  "without the lock and the CHECK one unit is promised to two shoppers ($way)",
  async ({ words }) => {
    await takeLocksAway();
    await db.sql`alter table stock_levels drop constraint if exists stock_levels_reserved_within_on_hand`;
    expect((await twoAtTheLastUnit(words)).outcome).toBe("held");
    await mendFunctions();
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 2 });
  },
);

test.each(ways)(
  "with the lock alone, without the CHECK, the unit is promised once ($way)",
  async ({ words }) => {
    expect((await twoAtTheLastUnit(words)).outcome).toBe("insufficient_stock");
    expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 1 });
  },
);

async function extendWhileItLapses() {
  const [first, second] = [db.connect(), db.connect()];
  const shopperId = newShopper();
  const { reservationId } = await hold(db.sql, shopperId, variantId);
  await lockLevels(first, variantId);
  const extended = await startBlocked(db, second, (session) => extend(session, shopperId, [reservationId]));
  await lapseNow(db, reservationId);
  await commit(first);
  return { reservationId, answer: must((await extended.result)[0]) };
}

test("with the clock read after the locks a hold that lapsed meanwhile is held again as a new one", async () => {
  const { reservationId, answer } = await extendWhileItLapses();
  expect(answer.outcome).toBe("held_again");
  expect((await rowOf(db.sql, reservationId)).status).toBe("expired");
});

test("with the clock read before the locks a hold that has lapsed is extended as if it were alive", async () => {
  await rewrite(
    "public.extend_reservations(uuid,uuid[],text,text,text)",
    [/v_now timestamptz;/, "v_now timestamptz := clock_timestamp();"],
    [/v_now := clock_timestamp\(\);/, ""],
  );
  const { reservationId, answer } = await extendWhileItLapses();
  await mendFunctions();
  expect(answer).toMatchObject({ outcome: "extended", reservation: { reservationId } });
});

test("without the counting trigger a typed hold is promised and not counted", async () => {
  await db.sql`alter table reservations disable trigger reservations_count_insert`;
  await hold(db.sql, newShopper(), variantId);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 1, reserved: 0 });
  expect((await reserve(db.sql, newShopper(), variantId)).outcome).toBe("held");
  await db.sql`alter table reservations enable trigger reservations_count_insert`;
});

test("without the shopper's lock in release, emptying a cart while adding to it ends in a deadlock", async () => {
  await rewrite("public.release_reservations(uuid,uuid[],text,text,text)", [
    /private\.lock_acting_shopper\(p_shopper_id\)/,
    "private.acting_shopper(p_shopper_id)",
  ]);
  const [a, b] = [await createVariant(db.sql, 3), await createVariant(db.sql, 3)].sort() as [string, string];
  const shopperId = newShopper();
  await hold(db.sql, shopperId, b);
  const [between, emptying, third] = [db.connect(), db.connect(), db.connect()];
  await lockLevels(between, b);
  const emptied = await startBlocked(db, emptying, (session) => release(session, shopperId));
  await hold(db.sql, shopperId, a);
  const lines = [a, b].map((id) => ({ variantId: id, quantity: 1 }));
  const cart = await startBlocked(db, third, (session) =>
    reserveBatch(session, [{ shopperId: newShopper(), lines }]),
  );
  await commit(between);
  const states = [await sqlStateOf(emptied.result), await sqlStateOf(cart.result)];
  await mendFunctions();
  expect(states.toSorted()).toEqual(["40P01", "none"]);
});
