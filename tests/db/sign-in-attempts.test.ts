import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { answerOf } from "./answers.ts";

// The quarter of an hour in which attempts to sign in are counted, and how long they are remembered.

const db = useTestDatabase();

beforeEach(() => db.sql`delete from sign_in_attempts`);

const attempt = () => answerOf(db.sql, "count_sign_in_attempt('password', 'ada@example.test')");
const rewrite = (attempts: number, minutes: number) =>
  db.sql`update sign_in_attempts set attempts = ${attempts},
    began_at = began_at - make_interval(mins => ${minutes}) where true`;

test("it begins with the first attempt after the one before was over", async () => {
  await attempt();
  await rewrite(11, 16);
  expect((await attempt()).outcome).toBe("counted");
  const [row] =
    await db.sql`select attempts, began_at > now() - interval '1 min' as "isNew" from sign_in_attempts`;
  expect(row).toEqual({ attempts: 1, isNew: true });
});

test("it is over when it was to be, however often somebody tries meanwhile", async () => {
  await attempt();
  await rewrite(10, 5);
  const { outcome, retryAfterSeconds } = await attempt();
  expect(outcome).toBe("too_many_attempts");
  expect(retryAfterSeconds).toBeLessThanOrEqual(600);
});

test("each attempt forgets ten of those that are an hour old, and no other", async () => {
  await db.sql`insert into sign_in_attempts (key, began_at, attempts)
    select sha256(n::text::bytea), now() - interval '61 min', 1 from generate_series(1, 11) as n`;
  await attempt();
  const [row] =
    await db.sql`select count(*)::int as all, count(*) filter (where began_at < now() - interval '1 h')::int as old
    from sign_in_attempts`;
  expect(must(row)).toEqual({ all: 2, old: 1 });
});
