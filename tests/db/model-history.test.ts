import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { Comparison } from "./model-comparison.ts";
import { Driver } from "./model-driver.ts";
import { type Step, step } from "./model-steps.ts";
import { buildShop, expectSame, newModel, resetShop } from "./model-store.ts";

// Random histories, compared step by step with a shop in memory. A failure ends the run and prints its seed and
// path. This plays it again and looks for a shorter history that fails as well (which takes minutes):
//   HOLDFAST_SEED=… HOLDFAST_PATH=… vitest run --project db tests/db/model-history.test.ts
// HOLDFAST_RUNS is the number of histories, of about 35 steps each: a night's work is HOLDFAST_RUNS=20000.

const { HOLDFAST_SEED, HOLDFAST_PATH, HOLDFAST_RUNS } = process.env;

const db = useTestDatabase();
let sessions: Sql[] = [];
let superuser: Sql;

beforeAll(async () => {
  await buildShop(db.sql);
  sessions = db.connect(3);
  superuser = postgres(db.adminUrl, { max: 1, onnotice: () => {} });
});

afterAll(() => superuser.end());

const counts: Record<string, number> = {};
const outcomes: Record<string, number> = {};
const total = () => Object.values(counts).reduce((sum, count) => sum + count, 0);

async function play(steps: Step[]): Promise<void> {
  await resetShop(superuser);
  const shop = newModel();
  const comparison = new Comparison(outcomes);
  const driver = new Driver(superuser, shop, comparison);
  let rows = await expectSame(db.sql, shop, 0);
  for (const [n, next] of steps.entries()) {
    await driver.run(must(sessions[n % sessions.length]), next, rows);
    rows = await expectSame(db.sql, shop, comparison.passed);
    counts[next.kind] = (counts[next.kind] ?? 0) + 1;
  }
}

test("whatever happens in whatever order, the database answers by the book and shows what the book says", async () => {
  const histories = fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 80, size: "max" }), play);
  const isDefault = !HOLDFAST_RUNS && !HOLDFAST_PATH && !HOLDFAST_SEED;
  do {
    await fc.assert(histories, {
      numRuns: Number(HOLDFAST_RUNS ?? 20),
      ...(HOLDFAST_SEED && { seed: Number(HOLDFAST_SEED) }),
      ...(HOLDFAST_PATH ? { path: HOLDFAST_PATH } : { endOnFailure: true }),
    });
  } while (isDefault && total() < 2000);
  console.log(`${total()} operations compared with the model:`, counts, outcomes);
  // Otherwise the steps would have become too tame to find anything.
  if (isDefault) expect(Object.keys(outcomes).length).toBeGreaterThanOrEqual(15);
}, 3_600_000);
