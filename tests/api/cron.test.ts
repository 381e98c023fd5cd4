import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CleanupAnswerSchema } from "@/contracts/cleanup";
import { readCrons } from "../../local/cron.ts";
import { root } from "../../local/paths.ts";
import { bodyOf, newGuest, problemOf, storeKeys } from "../support/api-client.ts";
import type { Sql } from "../support/database.ts";
import { createVariant, rowOf, stockOf } from "../support/shop.ts";
import { storeUrl } from "../support/store.ts";
import { useShopFloor } from "./shop-floor.ts";
import { bearer } from "./wishes.ts";

const sql = useShopFloor();
const SWEEP = "/api/cron/cleanup-reservations";
const anyone = newGuest();
const secret = () => bearer(storeKeys().cronSecret);
const sweepNow = async () =>
  bodyOf(await anyone.send("GET", SWEEP, { headers: secret() }), 200, CleanupAnswerSchema);

describe.each(readCrons().map(({ path }) => path))("%s, which the scheduler calls,", (path) => {
  test("is a route", () => {
    expect(existsSync(join(root, "src/app", path, "route.ts"))).toBe(true);
  });

  test.each<[string, () => Record<string, string>, number]>([
    ["nothing", () => ({}), 401],
    ["an empty bearer", () => ({ authorization: "Bearer " }), 401],
    ["a wrong secret", () => bearer("x".repeat(32)), 401],
    ["the secret", secret, 200],
    ["the secret, as Vercel shows it", () => ({ ...secret(), "user-agent": "vercel-cron/1.0" }), 200],
  ])("shown %s", async (_, headers, status) => {
    const answer = await anyone.send("GET", path, { headers: headers() });
    if (status === 401) problemOf(answer, "cron_secret_required");
    expect(answer.status).toBe(status);
  });

  test.each(["POST", "PUT", "PATCH", "DELETE"])("takes no %s", async (method) => {
    expect((await fetch(`${storeUrl()}${path}`, { method, headers: secret() })).status).toBe(405);
  });
});

/** Holds of one unit by as many shoppers, over several variants, that ended so many days ago; nothing swept them. */
async function lapsedFor(days: number, holds: number): Promise<string[]> {
  const variantIds = await Promise.all(Array.from({ length: 4 }, () => createVariant(sql, holds)));
  const ids = await insertLapsed(sql, variantIds, holds, days);
  return ids;
}

async function insertLapsed(sql: Sql, variantIds: string[], holds: number, days: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    with shopper as (
      insert into shoppers (id) select gen_random_uuid() from generate_series(1, ${holds}) returning id
    )
    insert into reservations (id, shopper_id, variant_id, location_id, quantity, duration_seconds, created_at,
                              expires_at, max_expires_at)
    select gen_random_uuid(), s.id, (${variantIds}::uuid[])[1 + row_number() over () % ${variantIds.length}],
           (select id from locations where code = 'main'), 1, 900,
           now() - make_interval(days => ${days}) - interval '15 minutes', now() - make_interval(days => ${days}),
           now() - make_interval(days => ${days}) + interval '1 hour'
    from shopper as s returning id`;
  return rows.map(({ id }) => id);
}

test("fired twelve times at once, it sweeps every hold once and loses none", async () => {
  await sweepNow();
  const ids = await lapsedFor(1, 1_200);
  const answers = await Promise.all(Array.from({ length: 12 }, sweepNow));
  for (let left = answers.some(({ more }) => more); left; ) left = (await sweepNow()).more;
  const [row] = await sql`select count(*)::int as expired from reservations
    where id = any (${ids}) and status = 'expired'`;
  expect(row?.expired).toBe(ids.length);
  const [told] =
    await sql`select count(*)::int as times, count(distinct entity_id)::int as holds from audit_log
    where entity = 'reservation' and after ->> 'status' = 'expired' and entity_id = any (${ids})`;
  expect(told).toEqual({ times: ids.length, holds: ids.length });
});

test("the daily run prunes the trail by its age, keeps the totals, and writes down what it did", async () => {
  const variantId = await createVariant(sql, 1);
  const young = await newGuest().hold(variantId);
  await sql`insert into reservation_trail (at, actor, cause, reservation_id, variant_id, location_id, old_status, new_status)
    select now() - interval '366 days', 'shopper', 'release', gen_random_uuid(), variant_id, location_id, 'active', 'released'
    from stock_levels where variant_id = ${variantId}`;
  const answer = await anyone.send("GET", "/api/cron/reconcile", { headers: secret() });
  expect(answer.status, answer.text).toBe(200);
  const left = await sql`select reservation_id from reservation_trail where variant_id = ${variantId}`;
  expect([...left]).toEqual([{ reservation_id: young.reservation.reservationId }]);
  const [total] = await sql`select changes::int, cause from trail_totals where variant_id = ${variantId}`;
  expect(total).toEqual({ changes: 1, cause: "release" });
  const [run] = await sql`select trail_rows, is_more from prune_runs order by id desc limit 1`;
  expect(run).toEqual({ trail_rows: 1, is_more: false });
});

test("after days of silence the next buyer is served at once, without a sweep, and the sweep then tidies up", async () => {
  const variantId = await createVariant(sql, 40);
  const ids = await insertLapsed(sql, [variantId], 40, 5);
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 40, reserved: 40 });
  await newGuest().hold(variantId, 3);
  const answers = await Promise.all([sweepNow(), sweepNow()]);
  for (let left = answers.some(({ more }) => more); left; ) left = (await sweepNow()).more;
  expect(await stockOf(sql, variantId)).toEqual({ on_hand: 40, reserved: 3 });
  for (const id of ids) expect((await rowOf(sql, id)).status).toBe("expired");
});
