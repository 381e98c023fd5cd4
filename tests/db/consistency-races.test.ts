import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  expectConsistent,
  hold,
  must,
  newShopper,
  release,
  reserve,
  stockOf,
} from "../support/shop.ts";
import { countOutcomes, inCrowd, openCrowd } from "./crowd.ts";
import { begin, commit, findDrift, lockLevels, startBlocked } from "./sessions.ts";

const db = useTestDatabase();
let a = "";
let b = "";
let first: Sql;
let second: Sql;

beforeEach(async () => {
  // Sorted as locks are.
  [a, b] = [await createVariant(db.sql, 9), await createVariant(db.sql, 9)].sort() as [string, string];
  [first, second] = [db.connect(), db.connect()];
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

const plant = (reserved: number) =>
  asSuperuser(db, (tx) => tx`update stock_levels set reserved = ${reserved} where variant_id = ${a}`);

async function repair(session: Sql): Promise<string[]> {
  const [row] = await session<{ answer: { findings: { kind: string; repaired: boolean }[] } }[]>`
    select repair_stock_consistency(false) as answer`;
  return must(row).answer.findings.map(({ kind, repaired }) => `${kind} ${repaired}`);
}

test("reserve, then repair: the hold that was made while the repair waited is counted", async () => {
  await plant(5);
  await begin(first);
  await reserve(first, newShopper(), a, 2);
  const mended = await startBlocked(db, second, repair);
  await commit(first);
  expect(await mended.result).toEqual(["reserved_drift true"]);
  expect((await stockOf(db.sql, a)).reserved).toBe(2);
});

test("repair, then reserve: who waited decides on the counter that was mended", async () => {
  await hold(db.sql, newShopper(), a, 3);
  await plant(0);
  await begin(first);
  await repair(first);
  const taken = await startBlocked(db, second, (s) => reserve(s, newShopper(), a, 9));
  await commit(first);
  expect(await taken.result).toMatchObject({ outcome: "insufficient_stock", available: 6 });
});

test("a typed hold that waits for the repair is counted after it", async () => {
  await plant(5);
  await begin(first);
  await repair(first);
  const shopperId = newShopper();
  const typed = await startBlocked(
    db,
    second,
    (
      s,
    ) => s`insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at,
        expires_at, max_expires_at)
      select ${shopperId}, variant_id, location_id, 4, 900, now(), now() + interval '900 s', now() + interval '1 h'
      from stock_levels where variant_id = ${a}`,
  );
  await commit(first);
  await typed.result;
  expect((await stockOf(db.sql, a)).reserved).toBe(4);
});

test("a shopper without a row who comes back during the repair ends it in no deadlock", async () => {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, b, 1);
  await asSuperuser(db, (tx) => tx`delete from shoppers where id = ${shopperId}`);
  const between = db.connect();
  await lockLevels(between, b);
  // The repair has the level of a and waits for that of b; the shopper's row is made, or waited for, beside it.
  const mended = await startBlocked(db, first, repair);
  const taken = await startBlocked(db, second, (s) => reserve(s, shopperId, a, 1));
  await commit(between);
  expect(await mended.result).toEqual(["hold_without_shopper true"]);
  expect((await taken.result).outcome).toBe("held");
});

test("a dry run waits for nobody", async () => {
  await plant(5);
  await lockLevels(first, a);
  await second`set lock_timeout = '1ms'`;
  const [row] = await second<
    { answer: { findings: unknown[] } }[]
  >`select repair_stock_consistency() as answer`;
  expect(row?.answer.findings).toHaveLength(1);
  await commit(first);
  await repair(db.sql);
});

test("repairs beside a crowd that takes and gives back break nothing and find nothing of its making", async () => {
  const crowd = await openCrowd(db, 12);
  const jobs = Array.from({ length: 120 }, (_, i) => ({ shopperId: newShopper(), kind: i % 6 }));
  const results = await inCrowd(crowd, jobs, async (session, { shopperId, kind }) => {
    if (kind === 0) return { outcome: `findings ${(await repair(session)).length}` };
    const [one, other] = kind % 2 === 0 ? [a, b] : [b, a];
    const { outcome } = await reserve(session, shopperId, one, 2);
    await reserve(session, shopperId, other, 1);
    if (kind > 2) await release(session, shopperId);
    return { outcome };
  });
  const counts = countOutcomes(results.map(({ result }) => result));
  expect(counts["findings 0"]).toBe(20);
  expect(counts.held).toBeGreaterThan(0);
});
