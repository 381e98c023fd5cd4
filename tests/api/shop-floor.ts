import { randomUUID } from "node:crypto";
import { afterEach } from "vitest";
import type { Sql } from "../support/database.ts";
import { createVariant, expectConsistent, must } from "../support/shop.ts";
import { useStoreDatabase } from "../support/store.ts";

/** Any uuid that no row has. */
export const unknownId = (): string => randomUUID();

/** The store's database; after every test of the file counters, holds and trail have to agree. */
export function useShopFloor(): Sql {
  const sql = useStoreDatabase();
  afterEach(() => expectConsistent(sql));
  return sql;
}

/** Moves the end of a hold that far towards the past: time goes by for it alone. */
export async function age(sql: Sql, reservationId: string, seconds: number): Promise<void> {
  await sql`update reservations set expires_at = expires_at - make_interval(secs => ${seconds})
    where id = ${reservationId}`;
}

/** The hold ended a moment ago, and no sweep has seen it. */
export async function lapse(sql: Sql, reservationId: string): Promise<void> {
  await sql`update reservations set expires_at = clock_timestamp() - interval '1 second'
    where id = ${reservationId}`;
}

/**
 * Gives back what earlier tests of the suite left held: it takes about as long as a hold lasts, so one of theirs may
 * lapse just while a test counts what lapses, or what is live.
 */
export async function giveBackAll(sql: Sql): Promise<void> {
  await sql`update reservations set status = 'released', ended_at = clock_timestamp()
    where status = 'active' and expires_at > clock_timestamp()`;
}

/** The hold has had all its extensions. */
export async function useUpItsLife(sql: Sql, reservationId: string): Promise<void> {
  await sql`update reservations set max_expires_at = expires_at where id = ${reservationId}`;
}

/** A payment for the hold is open. */
export async function pin(sql: Sql, reservationId: string): Promise<void> {
  await sql`update reservations set status = 'paying' where id = ${reservationId}`;
}

/**
 * Everything that a request could have changed, as one value: equal before and after means that nothing was. Of the
 * stock of these variants alone, if they are given.
 */
export async function fingerprint(sql: Sql, variants?: string[]): Promise<unknown> {
  const ours = variants ? sql`variant_id = any(${variants})` : sql`true`;
  const [row] = await sql`select
    (select md5(coalesce(string_agg(r::text, ',' order by id), '')) from reservations r where ${ours}) as reservations,
    (select md5(string_agg(s::text, ',' order by variant_id, location_id)) from stock_levels s where ${ours})
      as stock_levels,
    (select md5(coalesce(string_agg(f::text, ',' order by f::text), '')) from reservation_refusals f where ${ours})
      as refusals,
    -- What Stripe and the mail server are told goes on behind an answer.
    (select count(*)::int from audit_log where entity in ('reservation', 'stock_level') and ${ours}) as trail,
    (select count(*)::int from orders) as orders,
    (select count(*)::int from payments) as payments,
    (select count(*)::int from refunds) as refunds,
    (select count(*)::int from idempotency_keys) as keys,
    (select count(*)::int from shoppers) as shoppers`;
  return row;
}

/** A variant, kept at `main`, with its product. */
export async function createProduct(sql: Sql, onHand: number) {
  const variantId = await createVariant(sql, onHand);
  const [row] = await sql<{ productId: string; slug: string; locationId: string }[]>`
    select p.id as "productId", p.slug, s.location_id as "locationId"
    from products p join variants v on v.product_id = p.id join stock_levels s on s.variant_id = v.id
    where v.id = ${variantId}`;
  return { variantId, ...must(row) };
}

/** Milliseconds between two instants of one answer. */
export const between = (from: string, to: string): number => Date.parse(to) - Date.parse(from);
