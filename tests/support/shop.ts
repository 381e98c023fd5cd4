import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Sql } from "./database.ts";

export type Line = { variantId: string; quantity: number; reservationId?: string };
export type Request = {
  shopperId: string;
  lines: Line[];
  mode?: "all_or_nothing" | "partial";
  quantityMode?: "add" | "set";
};
export type Hold = {
  reservationId: string;
  variantId: string;
  locationId: string;
  quantity: number;
  status: string;
  heldAt: string;
  durationSeconds: number;
  expiresAt: string;
  maxExpiresAt: string;
};
export type LineAnswer = {
  variantId: string;
  outcome: string;
  requested: number;
  reservation?: Hold;
  replacesId?: string | null;
  available?: number;
  shortfall?: number;
  nextReleaseAt?: string | null;
  limit?: { name: string; value: number } | null;
};
export type Answer = { outcome: string; lines: LineAnswer[] };

/** A product with one variant and its stock at `main`, in units. Answers the variant's id. */
export async function createVariant(
  sql: Sql,
  onHand: number,
  options: { safetyStock?: number; holdSeconds?: number; priceCents?: number; published?: boolean } = {},
): Promise<string> {
  const { safetyStock = 0, holdSeconds = null, priceCents = 1000, published = true } = options;
  const [row] = await sql<{ id: string }[]>`
    with product as (
      insert into products (slug, name, image_path, image_alt, hold_seconds, published_at)
      values (${`p-${randomUUID()}`}, 'Product', '/x.svg', 'x', ${holdSeconds}, ${published ? new Date() : null})
      returning id
    ), variant as (
      insert into variants (product_id, sku, name, price_cents)
      select id, ${`sku-${randomUUID()}`}, 'Variant', ${priceCents} from product returning id
    )
    select id from variant`;
  const variantId = must(row).id;
  await sql`insert into stock_levels (variant_id, location_id, on_hand, safety_stock)
    select ${variantId}, id, ${onHand}, ${safetyStock} from locations where code = 'main'`;
  return variantId;
}

/** Keeps stock of a variant at one more location. Answers the location's id. */
export async function addLocation(sql: Sql, variantId: string, onHand: number, priority: number) {
  const [row] = await sql<{ id: string }[]>`
    insert into locations (code, name, priority) values (${randomUUID()}, 'Elsewhere', ${priority}) returning id`;
  const locationId = must(row).id;
  await sql`insert into stock_levels (variant_id, location_id, on_hand)
    values (${variantId}, ${locationId}, ${onHand})`;
  return locationId;
}

export const newShopper = (): string => randomUUID();

/** Calls `reserve_stock` with a batch. */
export async function reserveBatch(sql: Sql, requests: Request[]): Promise<Answer[]> {
  const [row] = await sql<{ answer: { answers: Answer[] } }[]>`
    select reserve_stock(${sql.json(requests)}) as answer`;
  return must(row).answer.answers;
}

/** One shopper, one line. */
export async function reserve(
  sql: Sql,
  shopperId: string,
  variantId: string,
  quantity = 1,
  quantityMode: "add" | "set" = "add",
): Promise<LineAnswer> {
  const [answer] = await reserveBatch(sql, [{ shopperId, quantityMode, lines: [{ variantId, quantity }] }]);
  return must(must(answer).lines[0]);
}

/** Takes a hold that the test relies on. */
export async function hold(sql: Sql, shopperId: string, variantId: string, quantity = 1): Promise<Hold> {
  const answer = await reserve(sql, shopperId, variantId, quantity);
  expect(answer.outcome).toBe("held");
  return must(answer.reservation);
}

/** Moves holds into the past, as if `seconds` had gone by: the only way to let time pass in a test. */
export async function letTimePass(sql: Sql, seconds: number, shopperId?: string): Promise<void> {
  // created_at is fixed for everybody, so that only a superuser's replica session may backdate a row.
  await sql.begin(async (tx) => {
    await tx`update reservations set
        expires_at = expires_at - make_interval(secs => ${seconds}),
        max_expires_at = max_expires_at - make_interval(secs => ${seconds})
      where status in ('active', 'paying') and (${shopperId ?? null}::uuid is null or shopper_id = ${shopperId ?? null})`;
  });
}

/** on_hand and reserved of a variant, summed over its locations. */
export async function stockOf(sql: Sql, variantId: string) {
  const [row] = await sql<{ on_hand: number; reserved: number }[]>`
    select sum(on_hand)::int as on_hand, sum(reserved)::int as reserved
    from stock_levels where variant_id = ${variantId}`;
  return must(row);
}

/** Invariants 1 to 4, read from the tables: call it at the end of every test that writes. */
export async function expectConsistent(sql: Sql): Promise<void> {
  const drift = await sql`
    select s.variant_id, s.location_id, s.on_hand, s.reserved, coalesce(sum(r.quantity), 0)::int as held
    from stock_levels s
    left join reservations r on r.variant_id = s.variant_id and r.location_id = s.location_id
      and r.status in ('active', 'paying')
    group by s.variant_id, s.location_id
    having s.reserved <> coalesce(sum(r.quantity), 0) or s.reserved > s.on_hand or s.reserved < 0
      or s.next_expiry_at > coalesce(min(r.expires_at) filter (where r.status = 'active'), 'infinity')`;
  expect(drift, "counters, holds and the lower bound of expiry agree").toEqual([]);
}

/** Unwraps what the test knows to be there. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("expected a value");
  return value;
}
