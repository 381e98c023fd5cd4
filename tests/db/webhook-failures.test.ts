import { afterEach, expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { must } from "../support/shop.ts";
import { sqlStateOf } from "./sessions.ts";

const db = useTestDatabase();

afterEach(() => db.sql`delete from webhook_failures`);

const count = (...failures: object[]) =>
  db.sql`select count_webhook_failures(${db.sql.json(failures as never)})`;
const kept = () => db.sql<{ reason: string; deliveries: number }[]>`
  select reason, deliveries::int from webhook_failures order by hour, reason`;

async function figures() {
  const [row] = await db.sql`select shop_health(false) as answer`;
  const { webhooksRefused, webhooksOfOtherMode, webhooksFailed } = must(row).answer;
  return { webhooksRefused, webhooksOfOtherMode, webhooksFailed };
}

test("a flood is as many rows as there are reasons, and its numbers add up", async () => {
  const flood = [
    { reason: "signature_refused", deliveries: 1_000 },
    { reason: "failed", deliveries: 2 },
  ];
  // In both orders at once: nobody waits for the other in a circle.
  const calls = Array.from({ length: 40 }, (_, nth) => count(...(nth % 2 ? flood : flood.toReversed())));
  await Promise.all(calls);
  expect([...(await kept())]).toEqual([
    { reason: "failed", deliveries: 80 },
    { reason: "signature_refused", deliveries: 40_000 },
  ]);
});

test("one reason named twice is one", async () => {
  await count({ reason: "wrong_mode", deliveries: 1 }, { reason: "wrong_mode", deliveries: 2 });
  expect([...(await kept())]).toEqual([{ reason: "wrong_mode", deliveries: 3 }]);
});

test("the shop's health tells what anybody may send from what Stripe sent, and forgets it after two hours", async () => {
  const reasons = ["signature_refused", "body_too_large", "wrong_mode", "payment_unavailable"];
  const rest = ["database_unavailable", "failed"];
  await count(...[...reasons, ...rest].map((reason, nth) => ({ reason, deliveries: 10 ** nth })));
  const now = { webhooksRefused: 11, webhooksOfOtherMode: 100, webhooksFailed: 111_000 };
  expect(await figures()).toEqual(now);
  await db.sql`update webhook_failures set hour = date_trunc('hour', now()) - interval '1 hour'`;
  expect(await figures(), "the last hour counts").toEqual(now);
  await db.sql`update webhook_failures set hour = hour - interval '1 hour'`;
  expect(await figures()).toEqual({ webhooksRefused: 0, webhooksOfOtherMode: 0, webhooksFailed: 0 });
});

test("what makes no sense is refused, and nothing is counted", async () => {
  const bad: [string, unknown, string][] = [
    ["nothing", null, "HF001"],
    ["no list", {}, "HF001"],
    ["an empty list", [], "HF001"],
    ["too many", Array.from({ length: 7 }, () => ({ reason: "failed", deliveries: 1 })), "HF001"],
    ["no reason", [{ deliveries: 1 }], "HF001"],
    ["no number", [{ reason: "failed" }], "HF001"],
    ["none", [{ reason: "failed", deliveries: 0 }], "HF001"],
    ["more than a process may have met", [{ reason: "failed", deliveries: 1_000_001 }], "HF001"],
    ["a reason of somebody's own", [{ reason: "bored", deliveries: 1 }], "23514"],
  ];
  for (const [what, failures, state] of bad) {
    const call = db.sql`select count_webhook_failures(${failures === null ? null : db.sql.json(failures as never)})`;
    expect(await sqlStateOf(call), what).toBe(state);
  }
  expect(await kept()).toHaveLength(0);
});

test("the secret key counts and reads, and does not write the counters itself", async () => {
  const secret = db.connectAs("service_role");
  await secret`select count_webhook_failures('[{"reason": "failed", "deliveries": 1}]')`;
  expect(await secret`select reason from webhook_failures`).toHaveLength(1);
  for (const statement of ["delete from webhook_failures", "update webhook_failures set deliveries = 1"])
    expect(await sqlStateOf(secret.unsafe(statement)), statement).toBe("42501");
  for (const role of ["anon", "authenticated"] as const)
    expect(await sqlStateOf(db.connectAs(role)`select count_webhook_failures('[]')`), role).toBe("42501");
});
