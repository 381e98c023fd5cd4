import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  extend,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  reserveBatch,
  stockOf,
} from "../support/shop.ts";
import { begin, commit, startBlocked } from "./sessions.ts";

const db = useTestDatabase();
let a = "";
let b = "";
let shopperId = "";

beforeEach(async () => {
  await setCaps({ line: 100, variant: 100, shopper: 500 });
  [a, b] = [await createVariant(db.sql, 50), await createVariant(db.sql, 50)];
  shopperId = newShopper();
});

afterEach(() => expectConsistent(db.sql));

async function setCaps(caps: { line?: number; variant?: number; shopper?: number }) {
  await db.sql`update store_settings set
    max_units_per_line = coalesce(${caps.line ?? null}, max_units_per_line),
    max_units_per_variant = coalesce(${caps.variant ?? null}, max_units_per_variant),
    max_units_per_shopper = coalesce(${caps.shopper ?? null}, max_units_per_shopper)`;
}

test("a line stops at the cap per line, and says so by name; a first one at every cap", async () => {
  await setCaps({ line: 4 });
  await hold(db.sql, shopperId, a, 3);
  expect(await reserve(db.sql, shopperId, a, 2)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_units_per_line", value: 4 },
    shortfall: 1,
  });
  expect((await reserve(db.sql, shopperId, a, 1)).outcome).toBe("held");
  expect((await stockOf(db.sql, a)).reserved).toBe(4);
  for (const caps of [{ line: 4 }, { line: 100, variant: 4 }, { variant: 100, shopper: 4 }]) {
    await setCaps(caps);
    expect((await reserve(db.sql, newShopper(), b, 5)).outcome).toBe("limit_reached");
  }
});

test("units that are being paid count toward the cap per variant", async () => {
  await setCaps({ variant: 4 });
  const paying = await hold(db.sql, shopperId, a, 3);
  await db.sql`update reservations set status = 'paying' where id = ${paying.reservationId}`;
  expect(await reserve(db.sql, shopperId, a, 2)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_units_per_variant", value: 4 },
  });
  expect((await reserve(db.sql, shopperId, a, 1)).outcome).toBe("held");
});

test("all live units of a shopper count toward the cap per shopper, those being paid too", async () => {
  await setCaps({ shopper: 6 });
  const paying = await hold(db.sql, shopperId, a, 3);
  await db.sql`update reservations set status = 'paying' where id = ${paying.reservationId}`;
  await hold(db.sql, shopperId, b, 2);
  expect(await reserve(db.sql, shopperId, b, 2)).toMatchObject({
    outcome: "limit_reached",
    limit: { name: "max_units_per_shopper", value: 6 },
    shortfall: 1,
  });
  expect((await reserve(db.sql, newShopper(), b, 2)).outcome).toBe("held");
});

test("the lines of one request and the requests of one batch share the cap per shopper", async () => {
  await setCaps({ shopper: 6 });
  const cart = [
    { variantId: a, quantity: 4 },
    { variantId: b, quantity: 3 },
  ];
  const answers = await reserveBatch(db.sql, [
    { shopperId, lines: cart },
    { shopperId, mode: "partial", lines: cart },
    { shopperId, lines: [{ variantId: b, quantity: 1 }] },
  ]);
  expect(answers.map((answer) => answer.outcome)).toEqual(["limit_reached", "partial", "limit_reached"]);
  expect((await stockOf(db.sql, a)).reserved).toBe(4);
  expect((await stockOf(db.sql, b)).reserved).toBe(2);
});

test("two requests of one shopper in two sessions cannot pass the cap together", async () => {
  await setCaps({ shopper: 6 });
  // Known before: of a new shopper the unique key alone would make the second wait.
  await db.sql`insert into shoppers (id) values (${shopperId})`;
  const [first, second] = [db.connect(), db.connect()];
  await begin(first);
  expect((await reserve(first, shopperId, a, 4)).outcome).toBe("held");
  // Another variant: only the shopper's own lock stands between the two.
  const other = await startBlocked(db, second, (session) => reserve(session, shopperId, b, 4));
  await commit(first);
  expect((await other.result).outcome).toBe("limit_reached");
});

test("partial is held up to the cap", async () => {
  await setCaps({ line: 4 });
  const [answer] = await reserveBatch(db.sql, [
    { shopperId, mode: "partial", lines: [{ variantId: a, quantity: 9 }] },
  ]);
  expect(answer).toMatchObject({
    outcome: "partial",
    lines: [
      {
        outcome: "limit_reached",
        shortfall: 5,
        limit: { name: "max_units_per_line" },
        reservation: { quantity: 4 },
      },
    ],
  });
});

test("lapsed holds count toward no cap, swept or not", async () => {
  await setCaps({ line: 4, variant: 4, shopper: 4 });
  await hold(db.sql, shopperId, a, 4);
  await letTimePass(db, 901, shopperId);
  expect((await reserve(db.sql, shopperId, b, 4)).outcome).toBe("held");
  await letTimePass(db, 901, shopperId);
  expect((await reserve(db.sql, shopperId, a, 4)).outcome).toBe("held");
});

test("a cap that is lowered takes nothing away: less may be set, more may not", async () => {
  await hold(db.sql, shopperId, a, 10);
  await setCaps({ line: 4, variant: 4, shopper: 4 });
  expect((await reserve(db.sql, shopperId, a, 1)).outcome).toBe("limit_reached");
  expect((await reserve(db.sql, shopperId, a, 9, "set")).outcome).toBe("held");
  expect((await reserve(db.sql, shopperId, a, 9, "set")).outcome).toBe("held");
  expect((await extend(db.sql, shopperId))[0]?.outcome).toBe("extended");
});

test("short stock is called short stock, though a cap would be in the way as well", async () => {
  const few = await createVariant(db.sql, 2);
  await setCaps({ line: 4 });
  expect((await reserve(db.sql, shopperId, few, 5)).outcome).toBe("insufficient_stock");
});

async function durationFor(variantId: string, tier?: "vip") {
  const shopper = newShopper();
  if (tier) await db.sql`insert into shoppers (id, tier) values (${shopper}, ${tier})`;
  const made = await hold(db.sql, shopper, variantId);
  const seconds = (Date.parse(made.expiresAt) - Date.parse(made.heldAt)) / 1000;
  expect(seconds).toBe(made.durationSeconds);
  return seconds;
}

test("the product's own duration comes first, then the shopper's tier, then the store's", async () => {
  const own = await createVariant(db.sql, 9, { holdSeconds: 120 });
  expect(await durationFor(a)).toBe(900);
  expect(await durationFor(a, "vip")).toBe(1800);
  expect(await durationFor(own)).toBe(120);
  expect(await durationFor(own, "vip")).toBe(120);
});

test("in one batch everybody gets their own duration", async () => {
  const vip = newShopper();
  await db.sql`insert into shoppers (id, tier) values (${vip}, 'vip')`;
  const own = await createVariant(db.sql, 9, { holdSeconds: 120 });
  const lines = [a, own].map((variantId) => ({ variantId, quantity: 1 }));
  const answers = await reserveBatch(
    db.sql,
    [newShopper(), vip, newShopper()].sort().map((id) => ({ shopperId: id, lines })),
  );
  const found = new Map<string, (number | undefined)[]>();
  const rows = await db.sql<{ shopper_id: string; variant_id: string; seconds: number }[]>`
    select shopper_id, variant_id, duration_seconds as seconds from reservations where variant_id in ${db.sql([a, own])}`;
  for (const row of rows) found.set(`${row.shopper_id === vip} ${row.variant_id === own}`, [row.seconds]);
  expect(answers).toHaveLength(3);
  expect(Object.fromEntries(found)).toEqual({
    "false false": [900],
    "false true": [120],
    "true false": [1800],
    "true true": [120],
  });
});

test("what applied is written on the hold: a change of the settings neither shortens nor lengthens it", async () => {
  const made = await hold(db.sql, shopperId, a);
  await db.sql`update store_settings set hold_seconds = 60, max_hold_turns = 2`;
  await letTimePass(db, 30, shopperId);
  const answer = must((await extend(db.sql, shopperId))[0]);
  await db.sql`update store_settings set hold_seconds = 900, max_hold_turns = 11`;
  const { expiresAt, heldAt, maxExpiresAt, durationSeconds } = must(answer.reservation);
  expect(durationSeconds).toBe(900);
  expect(Date.parse(maxExpiresAt) - Date.parse(heldAt)).toBe(9_900_000);
  expect(Date.parse(expiresAt)).toBeGreaterThan(Date.parse(made.expiresAt) - 1000);
});

test("a hold lives eleven turns of its own duration, whatever that is; with one turn it cannot be extended", async () => {
  const own = await createVariant(db.sql, 1, { holdSeconds: 10_000 });
  const made = await hold(db.sql, shopperId, own);
  expect(Date.parse(made.maxExpiresAt) - Date.parse(made.heldAt)).toBe(11 * 10_000_000);
  await db.sql`update store_settings set max_hold_turns = 1`;
  const once = await hold(db.sql, newShopper(), a);
  await db.sql`update store_settings set max_hold_turns = 11`;
  expect(once.expiresAt).toBe(once.maxExpiresAt);
});
