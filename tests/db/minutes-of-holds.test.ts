import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// The minute in which a shopper's new holds are counted begins with the first of them, for each shopper by itself.

const db = useTestDatabase();
const now = new Date();
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);

test("new holds are counted in the minute of who makes them", async () => {
  const [over, within, idle, stranger] = [61, 30, 61, 61].map((seconds) => ({
    id: newShopper(),
    minute_began_at: ago(seconds),
    holds_in_minute: 5,
  })) as [Shopper, Shopper, Shopper, Shopper];
  await db.sql`insert into shoppers ${db.sql([over, within, idle, stranger])}`;
  await answerOf(db.sql, "private.count_new_holds($1, $2, $3)", [
    [over.id, within.id, idle.id],
    [2, 3, 0],
    now,
  ]);
  const rows = await db.sql<Shopper[]>`select id, minute_began_at, holds_in_minute from shoppers`;
  const expected = [
    { id: over.id, minute_began_at: now, holds_in_minute: 2 },
    { ...within, holds_in_minute: 8 },
    idle,
    stranger,
  ];
  expect(sorted(rows)).toEqual(sorted(expected));
});

type Shopper = { id: string; minute_began_at: Date; holds_in_minute: number };
const sorted = (shoppers: Shopper[]) => [...shoppers].sort((a, b) => a.id.localeCompare(b.id));
