import { afterEach, beforeEach, expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, expectConsistent, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { begin, commit, lapseNow, lockLevels, startBlocked } from "./sessions.ts";

// Who keeps what they hold is refused by no limit, also where the share of their address became smaller than that.
// Whether they hold it is looked at under the locks, by the clock of then.

const db = useTestDatabase();
let variantId = "";
const keeper = newShopper();

const keep = (session: Sql) =>
  answerOf(session, "reserve_stock($1)", [
    [{ shopperId: keeper, source: "bot", quantityMode: "set", lines: [{ variantId, quantity: 5 }] }],
  ]);
const held = { answers: [{ outcome: "held" }] };
const tooMany = {
  answers: [{ outcome: "limit_reached", lines: [{ limit: { name: "max_units_per_address" } }] }],
};
let reservationId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 20);
  const { answers } = await keep(db.sql);
  reservationId = answers[0].lines[0].reservation.reservationId;
  // Fewer are on the shelf, so the share of the address is one.
  await asSuperuser(db, (tx) => tx`update stock_levels set on_hand = 6 where variant_id = ${variantId}`);
});
afterEach(() => expectConsistent(db.sql));

test("who holds it keeps it", async () => {
  expect(await keep(db.sql)).toMatchObject(held);
});

test("whose hold lapses while they wait takes it anew", async () => {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await lockLevels(first, variantId);
  const kept = await startBlocked(db, second, keep);
  await lapseNow(db, reservationId);
  await commit(first);
  expect(await kept.result).toMatchObject(tooMany);
});

test("who waits for themselves has no level meanwhile", async () => {
  const [first, second] = db.connect(2) as [Sql, Sql];
  await begin(first);
  await first`select 1 from shoppers where id = ${keeper} for no key update`;
  const kept = await startBlocked(db, second, keep);
  await first`select 1 from stock_levels where variant_id = ${variantId} for no key update nowait`;
  await commit(first);
  expect(await kept.result).toMatchObject(held);
});
