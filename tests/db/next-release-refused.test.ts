import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  asSuperuser,
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  release,
  reserve,
  reserveBatch,
} from "../support/shop.ts";
import { transfer } from "./sessions.ts";

// Who finds everything held, alone or in a batch, learns when the first live hold of somebody else ends.

const db = useTestDatabase();
let variantId = "";
let guest = "";
let first = "";
let second = "";

/** Holds one unit, as if that many seconds ago. */
async function holdSince(seconds: number, shopperId: string, of = variantId) {
  await hold(db.sql, shopperId, of);
  await letTimePass(db, seconds, shopperId);
}

// Of two units the first ends first, who came as a guest; what would end before that is over, or another variant's.
beforeEach(async () => {
  variantId = await createVariant(db.sql, 2);
  [guest, first, second] = [newShopper(), newShopper(), newShopper()];
  const earlier = newShopper();
  await holdSince(300, earlier);
  await release(db.sql, earlier);
  await holdSince(200, newShopper(), await createVariant(db.sql, 1));
  await holdSince(100, guest);
  await transfer(db.sql, guest, first);
  await holdSince(0, second);
});
afterEach(() => expectConsistent(db.sql));

const ways: [string, (shoppers: string[]) => Promise<(string | null | undefined)[]>][] = [
  [
    "alone",
    async (shoppers) => {
      const lines = [];
      for (const shopperId of shoppers) lines.push(await reserve(db.sql, shopperId, variantId));
      return lines.map(({ nextReleaseAt }) => nextReleaseAt);
    },
  ],
  [
    "in a batch",
    async (shoppers) => {
      const lines = [{ variantId, quantity: 1 }];
      const answers = await reserveBatch(
        db.sql,
        shoppers.map((shopperId) => ({ shopperId, lines })),
      );
      return answers.map((answer) => must(answer.lines[0]).nextReleaseAt);
    },
  ],
];

/** Whose end each of them is told. */
async function toldOf(way: (typeof ways)[number][1], shoppers: string[]) {
  const holds = await db.sql<{ shopper_id: string; expires_at: Date }[]>`
    select shopper_id, expires_at from reservations where variant_id = ${variantId} and status = 'active'`;
  return (await way(shoppers)).map(
    (at) => holds.find(({ expires_at }) => expires_at.getTime() === Date.parse(at ?? ""))?.shopper_id,
  );
}

test.each(ways)("%s: others are told the first end of all", async (_, way) => {
  expect(await toldOf(way, [newShopper(), second])).toEqual([first, first]);
});

test.each(ways)("%s: one's own end is no news, nor is it to the guest that one was", async (_, way) => {
  expect(await toldOf(way, [first, guest])).toEqual([second, second]);
});

test.each(ways)("%s: a guest whose merge is over is one of the others", async (_, way) => {
  await asSuperuser(
    db,
    (tx) => tx`update shoppers set merged_at = clock_timestamp() - interval '601 s' where id = ${guest}`,
  );
  expect(await toldOf(way, [guest, newShopper()])).toEqual([first, first]);
});
