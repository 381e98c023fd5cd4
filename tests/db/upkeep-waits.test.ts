import { createHash, randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { expired, pinCart, settle } from "../support/checkout.ts";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { asSuperuser, createVariant, hold, newShopper, reserve } from "../support/shop.ts";
import { begin, commit } from "./sessions.ts";

// Upkeep waits for nobody: what somebody else has is left for the next run, which does it.

const db = useTestDatabase();
const hash = createHash("sha256").update("b").digest("hex");

type Case = {
  name: string;
  /** Makes something to do, and says how its row is found: a table with its condition. */
  prepare: () => Promise<string>;
  work: string;
};

const cases: Case[] = [
  {
    name: "private.prune_idempotency_keys",
    prepare: async () => {
      const shopperId = newShopper();
      await db.sql`insert into idempotency_keys (shopper_id, key, body_hash, answer, created_at)
        values (${shopperId}, 'k', ${hash}, '{}', now() - interval '25 h')`;
      return `idempotency_keys where shopper_id = '${shopperId}'`;
    },
    work: "private.prune_idempotency_keys(100, clock_timestamp())",
  },
  {
    name: "private.keep_refusals",
    prepare: async () => {
      const variantId = await createVariant(db.sql, 1);
      await reserve(db.sql, newShopper(), variantId, 2);
      return `new_refusals where variant_id = '${variantId}'`;
    },
    work: "private.keep_refusals()",
  },
  {
    name: "prune_sources, requests",
    prepare: async () => {
      const source = randomUUID();
      await db.sql`insert into source_requests (shard, minute, source, requests)
        values (0, now() - interval '5 min', ${source}, 1)`;
      return `source_requests where source = '${source}'`;
    },
    work: "prune_sources()",
  },
  {
    name: "prune_sources, holders",
    prepare: async () => {
      const source = randomUUID();
      await db.sql`insert into source_holders (variant_id, source, shopper_id, noted_at)
        values (${await createVariant(db.sql, 1)}, ${source}, ${newShopper()}, now() - interval '10 min')`;
      return `source_holders where source = '${source}'`;
    },
    work: "prune_sources()",
  },
  {
    name: "count_sign_in_attempt",
    prepare: async () => {
      const key = createHash("sha256").update(randomUUID()).digest("hex");
      await db.sql.unsafe(
        `insert into sign_in_attempts (key, began_at, attempts) values ('\\x${key}', now() - interval '2 h', 1)`,
      );
      return `sign_in_attempts where key = '\\x${key}'`;
    },
    work: "count_sign_in_attempt('code', 'somebody@else.test')",
  },
  {
    name: "claim_settlements",
    prepare: async () => {
      const shopperId = newShopper();
      await hold(db.sql, shopperId, await createVariant(db.sql, 1));
      const { paymentId } = await pinCart(db.sql, shopperId);
      await asSuperuser(
        db,
        (tx) => tx`update payments set window_ends_at = clock_timestamp() where id = ${paymentId}`,
      );
      return `payments where claimed_until is null and id = '${paymentId}'`;
    },
    work: "claim_settlements(100)",
  },
  {
    name: "erase_due_orders",
    prepare: async () => {
      const shopperId = newShopper();
      await hold(db.sql, shopperId, await createVariant(db.sql, 1));
      const { paymentId, orderId } = await pinCart(db.sql, shopperId);
      await settle(db.sql, paymentId, expired);
      await db.sql`update orders set is_erasure_due = true where id = ${orderId}`;
      return `orders where erased_at is null and id = '${orderId}'`;
    },
    work: "erase_due_orders()",
  },
];

test.each(cases)(
  "$name passes over what somebody has, and does it the next time",
  async ({ prepare, work }) => {
    const row = await prepare();
    const left = async () => (await db.sql.unsafe(`select 1 from ${row}`)).length;
    const [first, second] = db.connect(2) as [Sql, Sql];
    await begin(first);
    await first.unsafe(`select 1 from ${row} for update`);
    await second`set lock_timeout = '1s'`;
    await second.unsafe(`select ${work}`);
    expect(await left()).toBe(1);
    await commit(first);
    await second.unsafe(`select ${work}`);
    expect(await left()).toBe(0);
  },
);
