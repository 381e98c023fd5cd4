import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  cartOf,
  createVariant,
  expectConsistent,
  type Hold,
  hold,
  letTimePass,
  newShopper,
  release,
  setQuantity,
} from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// Changing, giving back and being offered again is about the holds that are meant: the shopper's own, and not others
// of the same shopper.

const db = useTestDatabase();
let shopperId = "";
let other = "";
let variants: [string, string, string];

beforeEach(async () => {
  [shopperId, other] = [newShopper(), newShopper()];
  variants = [await createVariant(db.sql, 9), await createVariant(db.sql, 9), await createVariant(db.sql, 9)];
});
afterEach(() => expectConsistent(db.sql));

const pay = ({ reservationId }: Hold) =>
  db.sql`update reservations set status = 'paying' where id = ${reservationId}`;

test("of several holds the quantity of the one that is named is set, or refused", async () => {
  const holds = [await hold(db.sql, shopperId, variants[0]), await hold(db.sql, shopperId, variants[1])];
  for (const [quantity, outcome] of [
    [10, "insufficient_stock"],
    [2, "held"],
  ] as const) {
    for (const { reservationId, variantId } of holds) {
      const answer = await setQuantity(db.sql, shopperId, reservationId, quantity);
      expect(answer).toMatchObject({ outcome, variantId });
    }
  }
});

test("giving back everything says nothing of what is being paid, and is not kept from it", async () => {
  await pay(await hold(db.sql, shopperId, variants[0]));
  const { reservationId } = await hold(db.sql, shopperId, variants[1]);
  const answer = await answerOf(db.sql, "release_reservations($1, null, 'all_or_nothing')", [shopperId]);
  expect(answer).toMatchObject({ released: 1, releasedIds: [reservationId], paymentOpen: [] });
});

test("the variants of holds are those of the shopper's, of all that are active or of the named ones", async () => {
  const mine = await hold(db.sql, shopperId, variants[0]);
  const ended = await hold(db.sql, shopperId, variants[1]);
  await release(db.sql, shopperId, [ended.reservationId]);
  const theirs = await hold(db.sql, other, variants[2]);
  const variantsOf = (ids: string[] | null) =>
    answerOf(db.sql, "private.variants_of_reservations($1, $2)", [shopperId, ids]);
  expect(await variantsOf(null)).toEqual([variants[0]]);
  expect(await variantsOf([ended.reservationId, theirs.reservationId])).toEqual([variants[1]]);
  expect(await variantsOf([mine.reservationId])).toEqual([variants[0]]);
});

const ends: [string, (later: Hold, holder: string) => Promise<unknown>][] = [
  ["gave back", (_, holder) => release(db.sql, holder)],
  ["is paying", pay],
];

test.each(ends)("what lapsed is offered again, whatever else the shopper %s since", async (_, end) => {
  const lapsed = await hold(db.sql, shopperId, variants[0]);
  await letTimePass(db, 901, shopperId);
  await end(await hold(db.sql, shopperId, variants[1]), shopperId);
  await expectOffered(lapsed);
});

test.each(ends)("what lapsed is offered again, though another shopper %s the same since", async (_, end) => {
  const lapsed = await hold(db.sql, shopperId, variants[0]);
  await letTimePass(db, 901, shopperId);
  await end(await hold(db.sql, other, variants[0]), other);
  await expectOffered(lapsed);
});

test("what lapsed is offered again, though the same has been in payment since before", async () => {
  await pay(await hold(db.sql, shopperId, variants[0]));
  const lapsed = await hold(db.sql, shopperId, variants[0], 2);
  await letTimePass(db, 901, shopperId);
  await expectOffered(lapsed);
});

async function expectOffered({ reservationId }: Hold) {
  const { lapsed } = await cartOf(db.sql, shopperId);
  expect(lapsed.map((line) => line.reservationId)).toEqual([reservationId]);
}
