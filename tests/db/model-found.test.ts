import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  letTimePass,
  must,
  newShopper,
  reserve,
  reserveBatch,
} from "../support/shop.ts";

// What random histories found once, each in its shortest form.

const db = useTestDatabase();

afterEach(() => expectConsistent(db.sql));

test("a cart that is refused for one line is not told that another, whose units have lapsed, is short", async () => {
  const lapsed = await createVariant(db.sql, 2);
  await hold(db.sql, newShopper(), lapsed, 2);
  await letTimePass(db, 901);
  const soldOut = await createVariant(db.sql, 0);
  const lines = [
    { variantId: lapsed, quantity: 2 },
    { variantId: soldOut, quantity: 1 },
  ];
  const [answer] = await reserveBatch(db.sql, [{ shopperId: newShopper(), lines }]);
  expect(answer?.lines.map(({ outcome }) => outcome)).toEqual(["not_attempted", "insufficient_stock"]);
});

test("who is refused what another got in the same batch learns when it comes back, as one call later", async () => {
  const variantId = await createVariant(db.sql, 1);
  const lines = [{ variantId, quantity: 1 }];
  const [first, second] = await reserveBatch(db.sql, [
    { shopperId: newShopper(), lines },
    { shopperId: newShopper(), lines },
  ]);
  const until = must(must(first).lines[0]?.reservation).expiresAt;
  expect(second?.lines[0]).toMatchObject({ outcome: "insufficient_stock", nextReleaseAt: until });
  expect((await reserve(db.sql, newShopper(), variantId)).nextReleaseAt).toBe(until);
});

test("of several who got units in a batch the first to lapse is named to all whom it was not enough for", async () => {
  const variantId = await createVariant(db.sql, 3);
  const [vip, guest, third] = [newShopper(), newShopper(), newShopper()];
  await db.sql`insert into shoppers (id, tier) values (${vip}, 'vip')`;
  const ask = (shopperId: string, quantity: number) => ({ shopperId, lines: [{ variantId, quantity }] });
  const answers = await reserveBatch(db.sql, [ask(vip, 2), ask(guest, 1), ask(third, 1), ask(vip, 1)]);
  const until = must(answers[1]?.lines[0]?.reservation).expiresAt;
  expect(answers.slice(2).map((answer) => answer.lines[0]?.nextReleaseAt)).toEqual([until, until]);
});
