import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type Sql, type TestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { begin, commit, rollback, sqlStateOf, startBlocked } from "./sessions.ts";

let db: TestDatabase;

beforeEach(async () => {
  db = await createTestDatabase();
});
afterEach(() => db.drop());

type Tracked = { opened: number; closed: number };
type Claimed = { alertId: string; kind: string; subject: string; told: string[] };

async function track(
  sql: Sql,
  raised: { kind: string; subject: string; details?: { level: string } }[],
  kinds = ["drift"],
) {
  const [row] = await sql<
    { answer: Tracked }[]
  >`select track_alerts(${sql.json(raised)}, ${kinds}) as answer`;
  const { opened, closed } = must(row).answer;
  return { opened, closed };
}
async function claim(sql: Sql = db.sql): Promise<Claimed[]> {
  const [row] = await sql<{ answer: { alerts: Claimed[] } }[]>`select claim_alerts() as answer`;
  return must(row).answer.alerts;
}
const record = (id: string, told: string[], error: string | null = null, sql: Sql = db.sql) =>
  sql`select record_alert(${id}, ${told}, ${error})`;
const open = () => db.sql<{ kind: string; subject: string; details: unknown }[]>`
  select kind, subject, details from alerts where closed_at is null order by kind, subject`;
const drift = { kind: "drift", subject: "shop", details: { level: "critical" } };

describe("an episode", () => {
  test("lasts from the first call that raises it to the first that does not, and the next is another", async () => {
    expect(await track(db.sql, [drift])).toEqual({ opened: 1, closed: 0 });
    expect(await track(db.sql, [{ ...drift, details: { level: "other" } }])).toEqual({
      opened: 0,
      closed: 0,
    });
    expect([...(await open())]).toEqual([drift]);
    expect(await track(db.sql, [])).toEqual({ opened: 0, closed: 1 });
    expect(await track(db.sql, [])).toEqual({ opened: 0, closed: 0 });
    expect(await track(db.sql, [drift])).toEqual({ opened: 1, closed: 0 });
    const [row] = await db.sql`select count(*)::int as episodes from alerts`;
    expect(row?.episodes).toBe(2);
  });

  test("of a kind that nobody looked at, and of another subject, goes on", async () => {
    await track(db.sql, [drift, { kind: "drift", subject: "other" }]);
    await db.sql`select private.open_alert('dispute', 'p1', '{}')`;
    expect(await track(db.sql, [], ["limits"])).toEqual({ opened: 0, closed: 0 });
    expect(await track(db.sql, [drift])).toEqual({ opened: 0, closed: 1 });
    expect((await open()).map(({ kind, subject }) => `${kind} ${subject}`)).toEqual([
      "dispute p1",
      "drift shop",
    ]);
  });

  test("that eight raise at once is one", async () => {
    const sessions = db.connect(8);
    const answers = await Promise.all(sessions.map((session) => track(session, [drift])));
    expect(answers.reduce((sum, { opened }) => sum + opened, 0)).toBe(1);
    expect(await open()).toHaveLength(1);
  });

  test("that is being opened is waited for, and then there is one", async () => {
    const first = db.connect();
    await begin(first);
    await track(first, [drift]);
    const second = await startBlocked(db, db.connect(), (session) => track(session, [drift]));
    await commit(first);
    expect(await second.result).toEqual({ opened: 0, closed: 0 });
    expect(await open()).toHaveLength(1);
  });

  test.each([
    ["no list", "select track_alerts('{}', '{drift}')"],
    ["nothing", "select track_alerts(null, '{drift}')"],
    ["no kinds", "select track_alerts('[]', null)"],
    ["a kind that is not among them", `select track_alerts('[{"kind": "x", "subject": "y"}]', '{drift}')`],
    ["no subject", `select track_alerts('[{"kind": "drift"}]', '{drift}')`],
    ["no kind", `select track_alerts('[{"subject": "y"}]', '{drift}')`],
    ["a limit of none", "select claim_alerts(0)"],
    ["a limit of too many", "select claim_alerts(101)"],
  ])("is refused for %s, and nothing is opened", async (_, query) => {
    expect(await sqlStateOf(db.sql.unsafe(query))).toBe("HF001");
    expect(await open()).toHaveLength(0);
  });
});

describe("an alert is told", () => {
  test("by one of eight who come at once", async () => {
    await track(db.sql, [drift]);
    const claims = await Promise.all(db.connect(8).map((session) => claim(session)));
    expect(claims.flat().map(({ kind }) => kind)).toEqual(["drift"]);
  });

  test("by nobody else while somebody has it, and by another when that one was rolled back", async () => {
    await track(db.sql, [drift]);
    const first = db.connect();
    await begin(first);
    expect(await claim(first)).toHaveLength(1);
    expect(await claim()).toEqual([]);
    await rollback(first);
    expect(await claim()).toHaveLength(1);
    expect(await claim()).toEqual([]);
  });

  test("once, and anew in the next episode", async () => {
    await track(db.sql, [drift]);
    const [first] = await claim();
    await record(must(first).alertId, ["webhook"]);
    await db.sql`update alerts set claimed_until = now() - interval '1 second' where true`;
    expect(await claim()).toEqual([]);
    await track(db.sql, []);
    await track(db.sql, [drift]);
    const [second] = await claim();
    expect(must(second).alertId).not.toBe(must(first).alertId);
  });

  test("again by the way that failed, and later each time", async () => {
    await track(db.sql, [drift]);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt++) {
      const [alert] = await claim();
      expect(must(alert).told).toEqual(attempt === 0 ? [] : ["webhook"]);
      await record(must(alert).alertId, attempt === 0 ? ["webhook"] : [], "email: Error");
      const [row] = await db.sql`
        update alerts set claimed_until = now() - interval '1 second' where id = ${must(alert).alertId}
        returning (select extract(epoch from o.claimed_until - clock_timestamp())::int from alerts o where o.id = alerts.id) as wait, told_at`;
      waits.push(Math.round(row?.wait / 60));
      expect(row?.told_at).toBeNull();
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    const [last] = await claim();
    await record(must(last).alertId, ["email"]);
    const [told] = await db.sql`select told, told_at is not null as is_told, last_error from alerts`;
    expect(told).toEqual({ told: ["email", "webhook"], is_told: true, last_error: null });
  });

  test("not when it is over before anybody came", async () => {
    await track(db.sql, [drift]);
    await track(db.sql, []);
    expect(await claim()).toEqual([]);
  });
});
