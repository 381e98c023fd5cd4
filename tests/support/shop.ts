import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Sql } from "./database.ts";
import type { Keyed } from "./keys.ts";

export { asSuperuser, letTimePass, moveIntoThePast } from "./past.ts";

export type Line = { variantId: string; quantity: number; reservationId?: string };
export type Request = {
  shopperId: string;
  lines: Line[];
  mode?: "all_or_nothing" | "partial";
  quantityMode?: "add" | "set";
} & Partial<Keyed>;
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
      values (${`p-${randomUUID()}`}, 'Product', '/holdfast.svg', 'x', ${holdSeconds}, ${published ? new Date() : null})
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
  // Said plainly, as most shoppers do: what asks for nothing special may be answered by the shortcut.
  const way = quantityMode === "set" ? { quantityMode } : {};
  const [answer] = await reserveBatch(sql, [{ shopperId, ...way, lines: [{ variantId, quantity }] }]);
  return must(must(answer).lines[0]);
}

/** Changes one hold to a quantity. */
export async function setQuantity(
  sql: Sql,
  shopperId: string,
  reservationId: string,
  quantity: number | null,
) {
  const [row] = await sql<{ answer: LineAnswer }[]>`
    select set_reservation_quantity(${shopperId}, ${reservationId}, ${quantity}) as answer`;
  return must(row).answer;
}

export type ExtendAnswer = LineAnswer & { reservationId: string; refusal?: string | null };

/** Extends holds; without ids, all active ones. */
export async function extend(sql: Sql, shopperId: string, ids: string[] | null = null) {
  const [row] = await sql<{ answer: { answers: ExtendAnswer[] } }[]>`
    select extend_reservations(${shopperId}, ${ids}::uuid[]) as answer`;
  return must(row).answer.answers;
}

/** Gives holds back; without ids, all active ones. */
export async function release(sql: Sql, shopperId: string, ids: string[] | null = null) {
  const [row] = await sql<{ answer: { released: number; paymentOpen: string[] } }[]>`
    select release_reservations(${shopperId}, ${ids}::uuid[]) as answer`;
  return must(row).answer;
}

/** Runs the sweep once. */
export async function sweep(sql: Sql, limit = 500) {
  const [row] = await sql<{ answer: { expired: number; units: number; more: boolean } }[]>`
    select expire_reservations(${limit}) as answer`;
  return must(row).answer;
}

export type Availability = {
  variantId: string;
  available: number;
  atLeast: boolean;
  state: "in_stock" | "low_stock" | "held" | "sold_out";
  nextReleaseAt: string | null;
};

/** What everybody is told about one variant. */
export async function availabilityOf(sql: Sql, variantId: string): Promise<Availability> {
  const [row] = await sql<{ answer: { availability: Availability[] } }[]>`
    select get_availability(${[variantId]}) as answer`;
  return must(must(row).answer.availability[0]);
}

export type CartLine = Hold & { productName: string; unitPriceCents: number; currency: string };
export type Cart = {
  cartVersion: string;
  lines: CartLine[];
  lapsed: { reservationId: string; variantId: string; quantity: number; expiredAt: string }[];
  totalQuantity: number;
  totalCents: number;
  currency: string | null;
};

export async function cartOf(sql: Sql, shopperId: string): Promise<Cart> {
  const [row] = await sql<{ answer: Cart }[]>`select get_cart(${shopperId}) as answer`;
  return must(row).answer;
}

/** A hold as its row says it. */
export async function rowOf(sql: Sql, reservationId: string) {
  const [row] = await sql<
    { status: string; quantity: number; location_id: string; replaces_id: string | null; is_ended: boolean }[]
  >`select status::text, quantity, location_id, replaces_id, ended_at is not null as is_ended
    from reservations where id = ${reservationId}`;
  return must(row);
}

/** Takes a hold that the test relies on. */
export async function hold(sql: Sql, shopperId: string, variantId: string, quantity = 1): Promise<Hold> {
  const answer = await reserve(sql, shopperId, variantId, quantity);
  expect(answer.outcome).toBe("held");
  return must(answer.reservation);
}

/** on_hand and reserved of a variant, summed over its locations. */
export async function stockOf(sql: Sql, variantId: string) {
  const [row] = await sql<{ on_hand: number; reserved: number }[]>`
    select sum(on_hand)::int as on_hand, sum(reserved)::int as reserved
    from stock_levels where variant_id = ${variantId}`;
  return must(row);
}

/** Invariants 1 to 4 and 10, read from the tables: call it at the end of every test that writes. */
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
  const untold = await sql`
    select r.id, r.status, r.quantity, t.after
    from reservations r
    left join (
      -- A repair mends what stands beside a hold, and says only that.
      select distinct on (entity_id) entity_id, after from audit_log
      where entity = 'reservation' and cause <> 'repair'
      order by entity_id, id desc
    ) t on t.entity_id = r.id
    where t.after is null or (t.after ->> 'status', (t.after ->> 'quantity')::int)
      is distinct from (r.status::text, r.quantity)`;
  expect(untold, "the trail's last word on every hold is what the hold is").toEqual([]);
}

/** Unwraps what the test knows to be there. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error("expected a value");
  return value;
}
