import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  must,
  newShopper,
  reserve,
  stockOf,
} from "../support/shop.ts";
import { sqlStateOf, transfer } from "./sessions.ts";

// Drift that nothing of ours can cause is planted by a superuser whose session fires no triggers.

type Finding = {
  kind: string;
  variantId: string;
  locationId: string;
  reservationId: string | null;
  expected: string | null;
  found: string | null;
};

// Of its own for each test: what a person has to mend stays broken.
let db: TestDatabase;
let variantId = "";
let shopperId = "";
let mine: Hold;

beforeEach(async () => {
  db = await createTestDatabase();
  variantId = await createVariant(db.sql, 9);
  shopperId = newShopper();
  mine = await hold(db.sql, shopperId, variantId, 3);
  // Whoever is well beside it is left alone.
  await hold(db.sql, newShopper(), await createVariant(db.sql, 4), 2);
});

afterEach(() => db.drop());

const findings = async () => {
  const [row] = await db.sql<{ answer: Finding[] }[]>`select validate_stock_consistency() as answer`;
  return must(row).answer;
};

async function repair(isDryRun: boolean) {
  const [row] = await db.sql<
    { answer: { dryRun: boolean; findings: (Finding & { repaired: boolean })[] } }[]
  >`
    select repair_stock_consistency(${isDryRun}) as answer`;
  return must(row).answer;
}

const plant = (statement: string) => asSuperuser(db, (tx) => tx.unsafe(statement));
const level = () => `variant_id = '${variantId}'`;
const here = () => ({ variantId, locationId: mine.locationId, reservationId: null });
const everything = () => db.sql`select
  (select jsonb_agg(s order by variant_id) from stock_levels s) as levels,
  (select jsonb_agg(r order by id) from reservations r) as holds,
  (select count(*)::int from audit_log) as trail, (select count(*)::int from stock_movements) as ledger,
  (select count(*)::int from shoppers) as shoppers`;

/** Found as it is; shown by a dry run, which changes nothing; then mended or left, once and for all. */
async function expectFound(expected: Finding[], repaired: boolean): Promise<void> {
  expect(await findings()).toEqual(expected);
  const before = await everything();
  expect(await repair(true)).toEqual({
    dryRun: true,
    findings: expected.map((finding) => ({ ...finding, repaired: false })),
  });
  expect(await everything()).toEqual(before);
  expect((await repair(false)).findings).toEqual(expected.map((finding) => ({ ...finding, repaired })));
  const after = await everything();
  if (!repaired) expect(after).toEqual(before);
  expect(await findings()).toEqual(repaired ? [] : expected);
  expect(await repair(false)).toMatchObject({ findings: repaired ? [] : expected });
  expect(await everything()).toEqual(after);
}

const traceOf = async () => {
  const [row] = await db.sql`select actor, cause, entity, entity_id, variant_id, before, after
    from audit_log order by at desc limit 1`;
  return row;
};
const trace = (kind: string, from: unknown, to: unknown) => ({
  actor: "system",
  cause: "repair",
  entity: "stock_level",
  entity_id: null,
  variant_id: variantId,
  before: { kind, value: from },
  after: { kind, value: to },
});

test("where nothing is wrong nothing is found, and a repair changes nothing", async () => {
  const before = await everything();
  expect(await repair(false)).toEqual({ dryRun: false, findings: [] });
  expect(await everything()).toEqual(before);
});

test.each([1, 8])("a counter of %i that differs from the holds is set to what is held", async (reserved) => {
  await plant(`update stock_levels set reserved = ${reserved} where ${level()}`);
  const finding = { kind: "reserved_drift", ...here(), expected: "3", found: `${reserved}` };
  await expectFound([finding], true);
  expect(await stockOf(db.sql, variantId)).toEqual({ on_hand: 9, reserved: 3 });
  expect(await traceOf()).toEqual(trace("reserved_drift", `${reserved}`, "3"));
  await expectConsistent(db.sql);
});

test("units of holds that are being paid belong to the counter as well", async () => {
  await db.sql`update reservations set status = 'paying' where id = ${mine.reservationId}`;
  await plant(`update stock_levels set reserved = 0 where ${level()}`);
  await expectFound([{ kind: "reserved_drift", ...here(), expected: "3", found: "0" }], true);
});

test("more promised than there is: found, and left to a person with its counter", async () => {
  await plant(`update reservations set quantity = 11 where id = '${mine.reservationId}'`);
  await expectFound(
    [
      { kind: "overpromised", ...here(), expected: "9", found: "11" },
      { kind: "reserved_drift", ...here(), expected: "11", found: "3" },
    ],
    false,
  );
});

test("a bound of expiry that is too late, behind which lapsed units would be lost, is set to the earliest end", async () => {
  await hold(db.sql, newShopper(), variantId, 1);
  await plant(`update stock_levels set next_expiry_at = 'infinity' where ${level()}`);
  const [row] = await db.sql<{ soonest: string; at: Date }[]>`
    select min(expires_at)::text as soonest from reservations where variant_id = ${variantId}`;
  const { soonest } = must(row);
  await expectFound(
    [{ kind: "expiry_bound_too_late", ...here(), expected: soonest, found: "infinity" }],
    true,
  );
  expect(await traceOf()).toEqual(trace("expiry_bound_too_late", "infinity", soonest));
  const [bound] =
    await db.sql`select next_expiry_at::text as at from stock_levels where variant_id = ${variantId}`;
  expect(bound).toEqual({ at: soonest });
});

test("a bound that is too early is no drift: it is a lower bound", async () => {
  await plant(`update stock_levels set next_expiry_at = '-infinity' where ${level()}`);
  expect(await findings()).toEqual([]);
});

test.each([12, 5])("on_hand of %i that the ledger does not explain gets its movement", async (onHand) => {
  await plant(`update stock_levels set on_hand = ${onHand} where ${level()}`);
  await expectFound([{ kind: "ledger_drift", ...here(), expected: "9", found: `${onHand}` }], true);
  expect(await traceOf()).toEqual(trace("ledger_drift", `${onHand}`, "9"));
  const [movement] = await db.sql`select actor, reason, delta, on_hand_after from stock_movements
    order by id desc limit 1`;
  expect(movement).toEqual({ actor: "system", reason: "repair", delta: onHand - 9, on_hand_after: onHand });
  expect((await stockOf(db.sql, variantId)).on_hand).toBe(onHand);
});

test("a level that went without a movement is found by its ledger, which is closed", async () => {
  await plant(`delete from reservations where ${level()}`);
  await plant(`delete from stock_levels where ${level()}`);
  await expectFound([{ kind: "ledger_drift", ...here(), expected: "9", found: "0" }], true);
});

test("a hold whose level is gone is left to a person: only one can say where the units are", async () => {
  await plant(`delete from stock_levels where ${level()}`);
  await plant(`delete from stock_movements where ${level()}`);
  const { reservationId } = mine;
  const finding = { kind: "hold_without_level", ...here(), reservationId, expected: null, found: "active" };
  await expectFound([finding], false);
});

test("a hold of a shopper without a row gives the shopper a row", async () => {
  await plant(`delete from shoppers where id = '${shopperId}'`);
  const { reservationId } = mine;
  const finding = {
    kind: "hold_without_shopper",
    ...here(),
    reservationId,
    expected: null,
    found: shopperId,
  };
  await expectFound([finding], true);
  expect(await traceOf()).toEqual({
    ...trace("hold_without_shopper", shopperId, null),
    entity: "reservation",
    entity_id: reservationId,
  });
  expect(await db.sql`select tier, merged_into from shoppers where id = ${shopperId}`).toMatchObject([
    { tier: "standard", merged_into: null },
  ]);
});

test("a hold that was left with a guest who became a user is left to a person: both may have counted on it", async () => {
  const user = newShopper();
  await transfer(db.sql, shopperId, user);
  await plant(`update reservations set shopper_id = '${shopperId}' where id = '${mine.reservationId}'`);
  const { reservationId } = mine;
  const finding = {
    kind: "hold_of_merged_shopper",
    ...here(),
    reservationId,
    expected: user,
    found: shopperId,
  };
  await expectFound([finding], false);
});

test("ended holds are nobody's drift", async () => {
  await db.sql`update reservations set status = 'released', ended_at = now() where id = ${mine.reservationId}`;
  await plant(`delete from shoppers where id = '${shopperId}'`);
  expect(await findings()).toEqual([]);
});

test("several drifts at once are all mended, shoppers first", async () => {
  await plant(
    `update stock_levels set reserved = 7, on_hand = 8, next_expiry_at = 'infinity' where ${level()}`,
  );
  await plant(`delete from shoppers where id = '${shopperId}'`);
  const { findings: mended } = await repair(false);
  expect(mended.map(({ kind, repaired }) => [kind, repaired])).toEqual([
    ["hold_without_shopper", true],
    ["expiry_bound_too_late", true],
    ["ledger_drift", true],
    ["reserved_drift", true],
  ]);
  expect(await findings()).toEqual([]);
  expect((await reserve(db.sql, newShopper(), variantId, 5)).outcome).toBe("held");
});

test("the counter stays guarded: before a repair, after it, and against the owner of the schema", async () => {
  const session = db.connect();
  const write = () => session`update stock_levels set reserved = 0 where variant_id = ${variantId}`;
  expect(await sqlStateOf(write())).toBe("HF006");
  await plant(`update stock_levels set reserved = 1 where ${level()}`);
  await session`begin`;
  await session`select repair_stock_consistency(false)`;
  expect(await sqlStateOf(write())).toBe("HF006");
  await session`rollback`;
  expect(await sqlStateOf(write())).toBe("HF006");
});

test("a repair that may or may not be one is a bug of the caller", async () => {
  expect(await sqlStateOf(db.sql`select repair_stock_consistency(null)`)).toBe("HF001");
});
