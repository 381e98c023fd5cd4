import fc from "fast-check";
import type { TransactionSql } from "postgres";
import { expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { type Answer, createVariant, must, newShopper, type Request } from "../support/shop.ts";

const db = useTestDatabase();

const withoutShortcut = `create or replace function private.reserve_at_once(p_requests jsonb) returns jsonb
  language sql as $$ select null::jsonb $$`;

/** What a batch comes to, in names that do not depend on the run: ids are random, and the clock goes on. */
async function outcomeOf(session: Sql, requests: Request[], prepare?: string) {
  let seen: unknown;
  await session
    .begin(async (sql) => {
      if (prepare) await sql.unsafe(prepare);
      const [row] = await sql<{ answer: { answers: Answer[] } }[]>`
        select reserve_stock(${sql.json(requests)}) as answer`;
      seen = { answers: must(row).answer.answers.map(plain), rows: await writtenBy(sql) };
      throw new Rollback();
    })
    .catch((error) => {
      if (!(error instanceof Rollback)) throw error;
    });
  return seen;
}

class Rollback extends Error {}

function plain(answer: Answer) {
  const lines = answer.lines.map(({ reservation: hold, nextReleaseAt, ...line }) => ({
    ...line,
    nextReleases: Boolean(nextReleaseAt),
    hold: hold && {
      ...hold,
      reservationId: null,
      heldAt: null,
      expiresAt: secondsBetween(hold.heldAt, hold.expiresAt),
      maxExpiresAt: secondsBetween(hold.heldAt, hold.maxExpiresAt),
    },
  }));
  return { ...answer, lines };
}

const secondsBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 1000);

async function writtenBy(sql: TransactionSql) {
  return [
    await sql`select variant_id, shopper_id, quantity, duration_seconds, replaces_id is null as is_new,
        expires_at - created_at as life from reservations where status = 'active' order by 1, 2`,
    await sql`select variant_id, reserved from stock_levels order by 1`,
    await sql`select id, holds_in_minute from shoppers order by id`,
    await sql`select actor, cause, shopper_id, variant_id, after ->> 'quantity' as quantity
      from audit_log where at > now() order by variant_id, shopper_id, cause, quantity`,
  ];
}

test("the shortcut of the common case answers and writes what the whole way would", async () => {
  const plenty = await createVariant(db.sql, 1000);
  const own = await createVariant(db.sql, 1000, { holdSeconds: 60 });
  const few = await createVariant(db.sql, 3);
  const hidden = await createVariant(db.sql, 10, { published: false });
  const vip = newShopper();
  await db.sql`insert into shoppers (id, tier) values (${vip}, 'vip')`;
  const shoppers = [vip, ...Array.from({ length: 5 }, newShopper)];
  const line = fc.record({
    variantId: fc.constantFrom(plenty, plenty, own, few, hidden),
    quantity: fc.constantFrom(1, 1, 2, 101),
  });
  const request = fc.record(
    {
      shopperId: fc.constantFrom(...shoppers),
      lines: fc.array(line, { minLength: 1, maxLength: 2, size: "max" }),
      mode: fc.constantFrom("all_or_nothing" as const, "partial" as const),
      quantityMode: fc.constantFrom("add" as const, "set" as const),
    },
    { requiredKeys: ["shopperId", "lines"] },
  );
  const easy = fc.record({
    variantId: fc.constantFrom(plenty, plenty, own, few),
    quantity: fc.constantFrom(1, 2),
  });
  const wild = fc.array(request, { minLength: 1, maxLength: 4 });
  const common = fc
    .tuple(fc.shuffledSubarray(shoppers, { minLength: 1 }), fc.array(easy, { minLength: 6, maxLength: 6 }))
    .map(([chosen, lines]) => chosen.map((shopperId, n) => ({ shopperId, lines: [must(lines[n])] })));
  const session = db.connect();
  let short = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(common, wild), async (requests) => {
      const [row] =
        await session`select private.reserve_at_once(${session.json(requests)}) is not null as taken`;
      short += Number(row?.taken);
      await session`delete from reservations`;
      await session`delete from shoppers where tier = 'standard'`;
      expect(await outcomeOf(session, requests)).toEqual(await outcomeOf(session, requests, withoutShortcut));
    }),
    { numRuns: 150 },
  );
  expect(short, "batches that took the shortcut").toBeGreaterThan(10);
});
