import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { expectConsistent } from "../support/shop.ts";
import { inCrowd, openCrowd } from "./crowd.ts";
import { perform, watch } from "./model-crowd.ts";
import { step } from "./model-steps.ts";
import { buildShop } from "./model-store.ts";
import { findDrift } from "./sessions.ts";

// The steps of the histories, but many at once: nobody can say what each comes to, only that the books are right
// at any moment. HOLDFAST_SEED chooses the steps, not how they meet; HOLDFAST_RUNS is how many there are.

const { HOLDFAST_SEED, HOLDFAST_RUNS } = process.env;
const seed = Number(HOLDFAST_SEED ?? Math.floor(Math.random() * 2 ** 31));

const db = useTestDatabase();
let crowd: Sql[] = [];
let superuser: Sql;

beforeAll(async () => {
  crowd = await openCrowd(db, 6);
  superuser = postgres(db.adminUrl, { max: 1, onnotice: () => {} });
  await buildShop(db.sql);
});

afterAll(() => superuser.end());

test(`whatever happens at the same time (seed ${seed}), no unit is promised twice, and nobody ends in a deadlock`, async () => {
  const steps = fc.sample(step, { seed, numRuns: Number(HOLDFAST_RUNS ?? 600) });
  let isOver = false;
  const watching = watch(db.connect(), () => isOver);
  const working = inCrowd(crowd, steps, (session, next) => perform(session, superuser, next)).finally(() => {
    isOver = true;
  });
  // Both come to their end, whichever fails.
  await Promise.allSettled([working, watching]);

  expect(await working).toHaveLength(steps.length);
  expect(await watching).toBeGreaterThan(1);
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
  const [row] = await db.sql`select
    (select count(*)::int from reservations r join reservations o on o.id = r.replaces_id
     where o.status in ('active', 'paying')) as replaced_and_live,
    (select count(*)::int from (select from reservations where status = 'active'
     group by shopper_id, variant_id, location_id having count(*) > 1) t) as twice,
    (select count(*)::int from reservations where expires_at > max_expires_at) as too_long,
    (select count(distinct status)::int from reservations) as statuses`;
  expect(row).toMatchObject({ replaced_and_live: 0, twice: 0, too_long: 0 });
  // Otherwise nothing much happened.
  expect(row?.statuses).toBeGreaterThanOrEqual(3);
}, 600_000);
