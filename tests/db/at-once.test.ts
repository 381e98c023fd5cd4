import fc from "fast-check";
import type { TransactionSql } from "postgres";
import { expect, test } from "vitest";
import { type Sql, useTestDatabase } from "../support/database.ts";
import { newKey } from "../support/keys.ts";
import { type Answer, createVariant, must, newShopper, type Request } from "../support/shop.ts";

const db = useTestDatabase();

const withoutShortcut = `create or replace function private.reserve_at_once(p_requests jsonb) returns json
  language sql as $$ select null::json $$`;

/** What a batch comes to, in names that do not depend on the run: ids are random, and the clock goes on. */
async function outcomeOf(session: Sql, requests: Request[], prepare?: string) {
  let seen: unknown;
  await session
    .begin(async (sql) => {
      if (prepare) await sql.unsafe(prepare);
      const [row] = await sql<{ answer: { answers: Answer[]; serverNow: string } }[]>`
        select reserve_stock(${sql.json(requests)}) as answer`;
      const { answers, serverNow } = must(row).answer;
      seen = {
        answers: answers.map((answer) => plain(answer, serverNow)),
        rows: await writtenBy(sql, serverNow),
      };
      throw new Rollback();
    })
    .catch((error) => {
      if (!(error instanceof Rollback)) throw error;
    });
  return seen;
}

class Rollback extends Error {}

function plain(answer: Answer, serverNow: string) {
  const lines = answer.lines.map(({ reservation: hold, nextReleaseAt, ...line }) => ({
    ...line,
    minutesToNextRelease: nextReleaseAt && Math.round(secondsBetween(serverNow, nextReleaseAt) / 60),
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

async function writtenBy(sql: TransactionSql, serverNow: string) {
  const kept = await sql<{ answer: Answer }[]>`
    select shopper_id, key, body_hash, answer, created_at > now() - interval '1 minute' as is_new
    from idempotency_keys order by 1, 2`;
  return [
    await sql`select variant_id, shopper_id, quantity, duration_seconds, replaces_id is null as is_new,
        expires_at - created_at as life from reservations where status = 'active' order by 1, 2`,
    await sql`select variant_id, reserved from stock_levels order by 1`,
    await sql`select id, holds_in_minute from shoppers order by id`,
    await sql`select variant_id, reason, sum(requests) as requests, sum(units) as units from reservation_refusals
      where hour <= now() group by 1, 2 order by 1, 2`,
    kept.map(({ answer, ...row }) => ({ ...row, answer: plain(answer, serverNow) })),
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
  // The one whom we know has asked before, with the first of these.
  const known = newKey("a body", "key-1");
  const keys = [known, newKey("another body", "key-1"), newKey("a body", "key-2")];
  const key = fc.constantFrom(...keys, {});
  const line = fc.record({
    variantId: fc.constantFrom(plenty, plenty, own, few, hidden),
    quantity: fc.constantFrom(1, 1, 2, 101),
  });
  const wildRequest = fc.record(
    {
      shopperId: fc.constantFrom(...shoppers),
      lines: fc.array(line, { minLength: 1, maxLength: 2, size: "max" }),
      mode: fc.constantFrom("all_or_nothing" as const, "partial" as const),
      quantityMode: fc.constantFrom("add" as const, "set" as const),
    },
    { requiredKeys: ["shopperId", "lines"] },
  );
  const request = fc.tuple(wildRequest, key).map(([wish, keyed]) => ({ ...wish, ...keyed }));
  // Its two units are held: by a stranger, or by one of those who ask.
  const gone = await createVariant(db.sql, 2);
  const lost = await createVariant(db.sql, 1);
  const easy = fc.record({
    variantId: fc.constantFrom(plenty, plenty, own, few),
    quantity: fc.constantFrom(1, 2),
  });
  const hopeless = fc.record({ variantId: fc.constantFrom(gone, lost), quantity: fc.constantFrom(2, 3) });
  const wild = fc.array(request, { minLength: 1, maxLength: 4 });
  const plainOf = (wish: fc.Arbitrary<{ variantId: string; quantity: number }>) =>
    fc
      .tuple(
        fc.shuffledSubarray(shoppers, { minLength: 1 }),
        fc.array(fc.tuple(wish, key), { minLength: 6, maxLength: 6 }),
        fc.boolean(),
      )
      .map(([chosen, wishes, isKeyed]) =>
        chosen.map((shopperId, n) => {
          const [line, keyed] = must(wishes[n]);
          return { shopperId, lines: [line], ...(isKeyed && keyed) };
        }),
      );
  const session = db.connect();
  const startOver = async (holder: string, isLapsed: boolean) => {
    await session`delete from reservations`;
    await session`delete from shoppers where tier = 'standard'`;
    await session`delete from idempotency_keys`;
    await session`insert into idempotency_keys values (${vip}, ${known.idempotencyKey}, ${known.bodyHash},
      '{"outcome": "held", "lines": []}', now() - interval '1 hour')`;
    await session`
      insert into reservations (shopper_id, variant_id, location_id, quantity, duration_seconds, created_at, expires_at,
        max_expires_at)
      select ${holder}, variant_id, location_id, on_hand, 900, now() - interval '1 h',
        now() + ${isLapsed ? "-1 minute" : "5 minutes"}::interval, now() + interval '1 h'
      from stock_levels where variant_id = ${gone}`;
  };
  const short = { held: 0, refused: 0, heldWithKey: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(plainOf(easy), plainOf(easy), plainOf(hopeless), wild),
      fc.constantFrom(newShopper(), must(shoppers[1])),
      fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      async (requests, holder, isLapsed) => {
        await startOver(holder, isLapsed);
        const [row] = await session<{ answer: { answers: Answer[] } | null }[]>`
          select private.reserve_at_once(${session.json(requests)}) as answer`;
        const outcome = must(row).answer?.answers[0]?.outcome;
        if (outcome) short[outcome === "held" ? "held" : "refused"]++;
        if (outcome === "held" && requests.some((one) => "idempotencyKey" in one)) short.heldWithKey++;
        await startOver(holder, isLapsed);
        expect(await outcomeOf(session, requests)).toEqual(
          await outcomeOf(session, requests, withoutShortcut),
        );
      },
    ),
    { numRuns: 250 },
  );
  expect(short.held, "batches that the shortcut held").toBeGreaterThan(10);
  expect(short.heldWithKey, "batches that the shortcut held, with keys among them").toBeGreaterThan(2);
  expect(short.refused, "batches that the shortcut refused").toBeGreaterThan(2);
});
