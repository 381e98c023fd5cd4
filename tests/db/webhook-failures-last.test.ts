import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";

// When a webhook failed last, for each hour and reason.

const db = useTestDatabase();

test("of deliveries that failed the last is known", async () => {
  const count = () => db.sql`select count_webhook_failures('[{"reason": "failed", "deliveries": 1}]')`;
  await count();
  await db.sql`update webhook_failures set last_at = last_at - interval '1 min' where true`;
  await count();
  const [row] = await db.sql`
    select max(last_at) > clock_timestamp() - interval '30 s' as "isOfNow" from webhook_failures`;
  expect(row).toEqual({ isOfNow: true });
});
