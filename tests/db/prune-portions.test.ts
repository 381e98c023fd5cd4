import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, hold, must, newShopper } from "../support/shop.ts";
import { answerOf } from "./answers.ts";
import { transfer } from "./sessions.ts";

// What is pruned goes in portions, whatever it is of; and nothing goes that says something still.

const db = useTestDatabase();

const count = async (rows: string) =>
  must((await db.sql.unsafe(`select count(*)::int from ${rows}`))[0]).count;

test("the trail of orders goes so many rows at a time", async () => {
  await db.sql`insert into order_trail (at, actor, cause, entity, entity_id, order_id, after)
    select now() - interval '1000 days', 'system', 'sell', 'order', id, id, '{}'
    from (select gen_random_uuid() as id from generate_series(1, 3)) as o`;
  expect(await answerOf(db.sql, "private.prune_trail(2)")).toMatchObject({ pruned: 2, more: true });
  expect(await answerOf(db.sql, "private.prune_trail(2)")).toMatchObject({ pruned: 1, more: false });
});

test("so do counters of webhook failures, and what runs left", async () => {
  await db.sql`insert into webhook_failures (hour, reason, deliveries, last_at)
    select now() - interval '91 days', reason, 1, now() from unnest(array['failed', 'wrong_mode']) as reason`;
  await db.sql`insert into prune_runs (started_at, finished_at, trail_rows, counters, is_more)
    select now() - interval '401 days', now(), 0, 0, false from generate_series(1, 2)`;
  expect(await answerOf(db.sql, "prune_old_records(1)")).toMatchObject({ counters: 1, more: true });
  expect(await count("webhook_failures")).toBe(1);
  expect(await count("prune_runs where started_at < now() - interval '1 day'")).toBe(1);
});

test("so does what is noted of sources", async () => {
  await db.sql`insert into source_requests (source, shard, minute, requests)
    select 'bot', shard, now() - interval '3 minutes', 1 from generate_series(1, 2) as shard`;
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    select gen_random_uuid(), 'bot', gen_random_uuid(), now() - interval '6 minutes' from generate_series(1, 2)`;
  const portion = { requests: 1, holders: 1, more: true };
  expect(await answerOf(db.sql, "prune_sources(1)")).toMatchObject(portion);
  expect(await answerOf(db.sql, "prune_sources(1)")).toMatchObject(portion);
  expect(await answerOf(db.sql, "prune_sources(1)")).toMatchObject({ requests: 0, holders: 0, more: false });
});

test("that a guest took something stays noted while the user holds it whom the guest became", async () => {
  const [guest, user, variantId] = [newShopper(), newShopper(), await createVariant(db.sql, 5)];
  await hold(db.sql, guest, variantId);
  expect(await transfer(db.sql, guest, user)).toMatchObject({ outcome: "transferred" });
  await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
    values (${variantId}, 'home', ${guest}, now() - interval '6 minutes')`;
  expect(await answerOf(db.sql, "prune_sources()")).toMatchObject({ holders: 0 });
});
