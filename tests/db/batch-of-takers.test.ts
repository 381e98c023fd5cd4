import { afterEach, beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import {
  createVariant,
  expectConsistent,
  hold,
  type LineAnswer,
  must,
  newShopper,
  reserveBatch,
} from "../support/shop.ts";

// What those are told who are refused in a batch in which units were taken or given back before.

const db = useTestDatabase();
let variantId = "";
let shopperId = "";

beforeEach(async () => {
  variantId = await createVariant(db.sql, 3);
  shopperId = newShopper();
});
afterEach(() => expectConsistent(db.sql));

const ask = (who: string, quantity: number) => ({ shopperId: who, lines: [{ variantId, quantity }] });
async function firstLines(...requests: Parameters<typeof reserveBatch>[1]): Promise<LineAnswer[]> {
  return (await reserveBatch(db.sql, requests)).map(({ lines }) => must(lines[0]));
}

test("what was taken a moment before ends for the others, and is no news for who took it", async () => {
  const lines = await firstLines(ask(shopperId, 1), ask(shopperId, 9), ask(newShopper(), 9));
  const { expiresAt } = must(must(lines[0]).reservation);
  const refused = { outcome: "insufficient_stock", limit: null };
  expect(lines[1]).toMatchObject({ ...refused, nextReleaseAt: null });
  expect(lines[2]).toMatchObject({ ...refused, nextReleaseAt: expiresAt });
});

test("it is told where it ends before all that was held already", async () => {
  const longest = newShopper();
  await db.sql`insert into shoppers (id, tier) values (${longest}, 'vip')`;
  const before = await hold(db.sql, longest, variantId);
  const lines = await firstLines(ask(shopperId, 1), ask(newShopper(), 9));
  const { expiresAt } = must(must(lines[0]).reservation);
  expect(before.expiresAt > expiresAt).toBe(true);
  expect(must(lines[1]).nextReleaseAt).toBe(expiresAt);
});

test("units go back though another line of the request is refused, where a part may be had", async () => {
  await hold(db.sql, shopperId, variantId, 3);
  const lines = [
    { variantId, quantity: 1 },
    { variantId: await createVariant(db.sql, 0), quantity: 1 },
  ];
  const [answer] = await reserveBatch(db.sql, [{ shopperId, mode: "partial", quantityMode: "set", lines }]);
  expect(answer).toMatchObject({
    outcome: "partial",
    lines: [{ outcome: "held", reservation: { quantity: 1 } }, { outcome: "insufficient_stock" }],
  });
});

test("who is refused outright, and would have taken a part, leaves no row", async () => {
  await hold(db.sql, newShopper(), variantId, 3);
  const [line] = await firstLines({ ...ask(shopperId, 1), mode: "partial" });
  expect(must(line).outcome).toBe("insufficient_stock");
  expect(await db.sql`select id from shoppers where id = ${shopperId}`).toEqual([]);
});
