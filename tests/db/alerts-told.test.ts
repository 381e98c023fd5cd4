import { randomUUID } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { sqlStateOf } from "./sessions.ts";

// Two alerts about the shop: each is told, and over, by itself.

const db = useTestDatabase();

beforeEach(async () => {
  await db.sql`delete from alerts`;
  await db.sql`insert into alerts (kind, subject, opened_at)
    select kind, 'shop', now() - interval '1 h' from unnest(array['drift', 'limits']) as a (kind)`;
});

const claim = async (limit: number | null): Promise<{ alertId: string }[]> =>
  (await answerOf(db.sql, "claim_alerts($1)", [limit])).alerts;
const record = async (alertId: string) =>
  (await answerOf(db.sql, "record_alert($1, '{webhook}')", [alertId])).outcome;

test("as many are claimed as were asked for, and a number it has to be", async () => {
  expect(await claim(1)).toHaveLength(1);
  expect(await claim(100)).toHaveLength(1);
  expect(await sqlStateOf(claim(null))).toBe("HF001");
});

test("one that was told says nothing about another", async () => {
  const [{ alertId } = { alertId: "" }] = await claim(1);
  expect(await record(alertId)).toBe("recorded");
  const told = await db.sql`select id from alerts where told_at is not null or told <> '{}'`;
  expect([...told]).toEqual([{ id: alertId }]);
  expect(await record(randomUUID())).toBe("not_found");
});

test("one of another kind about the same does not keep it open, and it ends when it is over", async () => {
  const raised = [{ kind: "limits", subject: "shop" }];
  const answer = await answerOf(db.sql, "track_alerts($1, '{drift,limits}')", [raised]);
  expect(answer).toMatchObject({ opened: 0, closed: 1 });
  const rows = await db.sql`select kind, closed_at > opened_at as "endsLater" from alerts
    where closed_at is not null`;
  expect(must(rows[0])).toEqual({ kind: "drift", endsLater: true });
});
