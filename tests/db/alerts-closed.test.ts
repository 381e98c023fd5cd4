import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { answerOf } from "./answers.ts";

// Closing an alert closes the open one of that kind and subject, at that time, and leaves all others as they are.

const db = useTestDatabase();

test("an alert is closed when it is over, and once", async () => {
  const opened = new Date(Date.now() - 3_600_000);
  const closed = new Date(Date.now() - 60_000);
  const alert = { kind: "closed", subject: "one", opened_at: opened, closed_at: null };
  const before = [
    { ...alert, closed_at: closed },
    { ...alert, kind: "another" },
    { ...alert, kind: "another", subject: "other" },
    { ...alert, subject: "other" },
  ];
  await db.sql`insert into alerts ${db.sql([alert, ...before])}`;
  await answerOf(db.sql, "private.close_alert('closed', 'one')");
  const justNow = (at: Date | null) => at !== null && at > closed;
  const rows = await db.sql<(typeof before)[number][]>`
    select kind, subject, opened_at, closed_at from alerts order by opened_at`;
  expect(rows.filter((row) => justNow(row.closed_at))).toMatchObject([{ kind: "closed", subject: "one" }]);
  expect(rows.filter((row) => !justNow(row.closed_at))).toEqual(expect.arrayContaining(before));
  expect(rows).toHaveLength(5);
});
