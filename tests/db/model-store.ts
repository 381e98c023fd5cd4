import { expect } from "vitest";
import type { Sql } from "../support/database.ts";
import { type Cart, expectConsistent, must } from "../support/shop.ts";
import { availabilityOf, lostOf } from "./model-changes.ts";
import { micros } from "./model-comparison.ts";
import { expectSameOrders } from "./model-payer.ts";
import { isInCart, isLive, type Micros, type ModelVariant, type Settings } from "./model-rules.ts";
import { ShopModel } from "./model-shop.ts";

// The shop of the histories: small caps, something scarce, something of its own kind. Ids are fixed, so that what
// goes by their order replays.

const idOf = (kind: number, n: number) => `00000000-0000-4000-800${kind}-00000000000${n}`;
export const shopperIds = [1, 2, 3, 4].map((n) => idOf(1, n));
export const locationIds = [1, 2].map((n) => idOf(2, n));
const [main = "", elsewhere = ""] = locationIds;
const vipId = must(shopperIds[2]);

const settings: Settings = {
  holdSeconds: 900,
  vipHoldSeconds: 1800,
  maxTurns: 2,
  perLine: 6,
  perVariant: 8,
  perShopper: 14,
  holdsPerMinute: 4,
  shownLimit: 20,
  lapsedShownSeconds: 1800,
};

const variant = (onHand: number[], holdSeconds: number | null = null): ModelVariant => ({
  isPublished: true,
  holdSeconds,
  levels: onHand.map((units, i) => ({ locationId: locationIds[i] ?? "", onHand: units, safetyStock: 0 })),
});
/** One unit; few; plenty; a duration of its own; at two locations; taken from sale now and then. */
const stock = () => [
  variant([1]),
  variant([4]),
  variant([40]),
  variant([5], 300),
  variant([3, 5]),
  variant([6]),
];
export const variantIds = stock().map((_, n) => idOf(3, n));
/** The one whose safety stock changes, and the one that is not always for sale. */
export const [keptBack = "", offAndOn = ""] = variantIds.slice(-2);

export const newModel = () =>
  new ShopModel(settings, new Map(stock().map((v, n) => [must(variantIds[n]), v])), new Set([vipId]));

export async function buildShop(sql: Sql): Promise<void> {
  await sql`update store_settings set hold_seconds = ${settings.holdSeconds},
    vip_hold_seconds = ${settings.vipHoldSeconds}, max_hold_turns = ${settings.maxTurns},
    max_units_per_line = ${settings.perLine}, max_units_per_variant = ${settings.perVariant},
    max_units_per_shopper = ${settings.perShopper}, max_holds_per_minute = ${settings.holdsPerMinute},
    -- The model knows nothing of cooling down, which has tests of its own: limits.test.ts.
    cool_down_seconds = 0,
    -- Nor of the cap on pinning again and again: payments-start.test.ts.
    max_paying_seconds = 864000`;
  await sql`insert into locations (id, code, name, priority)
    values (${main}, 'first', 'First', 1), (${elsewhere}, 'second', 'Second', 2)`;
  for (const [n, { holdSeconds, levels }] of stock().entries()) {
    const id = must(variantIds[n]);
    await sql`insert into products (id, slug, name, image_path, image_alt, hold_seconds, published_at)
      values (${id}, ${`p-${n}`}, 'Product', '/x.svg', 'x', ${holdSeconds}, '2020-01-01')`;
    await sql`insert into variants (id, product_id, sku, name, price_cents) values (${id}, ${id}, ${id}, 'V', 100)`;
    for (const level of levels) {
      await sql`insert into stock_levels (variant_id, location_id, on_hand)
        values (${id}, ${level.locationId}, ${level.onHand})`;
    }
  }
}

/** As on the first day: no holds, no trail, all stock where it was. */
export async function resetShop(superuser: Sql): Promise<void> {
  await superuser.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    for (const table of [
      "payment_events",
      "refund_lines",
      "refunds",
      "outgoing_mails",
      "payments",
      "order_lines",
      "orders",
      "order_trail",
      "alerts",
      "reservations",
      "reservation_trail",
      "stock_trail",
      "stock_movements",
      "shoppers",
      "sweep_runs",
    ]) {
      await tx`delete from ${tx(table)}`;
    }
    await tx`insert into shoppers (id, tier) values (${vipId}, 'vip')`;
    await tx`update products set published_at = '2020-01-01'`;
    await tx`update stock_levels set safety_stock = 0`;
    for (const [n, { levels }] of stock().entries()) {
      for (const { locationId, onHand } of levels) {
        const where = tx`variant_id = ${must(variantIds[n])} and location_id = ${locationId}`;
        await tx`update stock_levels set on_hand = ${onHand}, reserved = 0, next_expiry_at = 'infinity' where ${where}`;
        await tx`insert into stock_movements (actor, reason, variant_id, location_id, delta, on_hand_after)
          select 'system', 'opening', variant_id, location_id, on_hand, on_hand from stock_levels where ${where}`;
        await tx`insert into stock_trail (actor, cause, variant_id, location_id)
          select 'system', 'opening', variant_id, location_id from stock_levels where ${where}`;
      }
    }
  });
}

export type Row = {
  id: string;
  shopperId: string;
  variantId: string;
  locationId: string;
  quantity: number;
  status: string;
  isWithdrawn: boolean;
  durationSeconds: number;
  heldAt: Micros;
  expiresAt: Micros;
  maxExpiresAt: Micros;
};
type State = {
  holds: Row[];
  levels: { variantId: string; locationId: string; onHand: number }[];
  drift: unknown[];
  wrongReplacements: number;
  availability: {
    variantId: string;
    available: number;
    atLeast: boolean;
    state: string;
    nextReleaseAt: string | null;
  }[];
  carts: Record<string, Cart & { serverNow: string }>;
};

/** Everything that anybody can see, from one snapshot. */
export async function readState(sql: Sql): Promise<State> {
  const [row] = await sql<{ state: State }[]>`select jsonb_build_object(
    'holds', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', id, 'shopperId', shopper_id, 'variantId', variant_id, 'locationId', location_id, 'quantity', quantity,
        'status', status, 'isWithdrawn', is_withdrawn, 'durationSeconds', duration_seconds,
        'heldAt', (extract(epoch from created_at) * 1000000)::bigint,
        'expiresAt', (extract(epoch from expires_at) * 1000000)::bigint,
        'maxExpiresAt', (extract(epoch from max_expires_at) * 1000000)::bigint)), '[]') from reservations),
    'levels', (select jsonb_agg(jsonb_build_object(
        'variantId', variant_id, 'locationId', location_id, 'onHand', on_hand)) from stock_levels),
    'drift', validate_stock_consistency(),
    'wrongReplacements', (select count(*) from reservations r join reservations o on o.id = r.replaces_id
        where o.variant_id <> r.variant_id or o.status in ('active', 'paying')),
    'availability', get_availability(${variantIds}) -> 'availability',
    'carts', (select jsonb_object_agg(s, get_cart(s)) from unnest(${shopperIds}::uuid[]) as s)) as state`;
  return must(row).state;
}

/** Compares all that the database shows with the model; `passed` is how far the model's clock is ahead. */
export async function expectSame(sql: Sql, shop: ShopModel, passed: Micros): Promise<Row[]> {
  const [state] = await Promise.all([readState(sql), expectConsistent(sql)]);
  const now = micros(must(Object.values(state.carts)[0]).serverNow) + passed;
  expect(state.drift, "drift").toEqual([]);
  expect(state.wrongReplacements, "a hold replaces an ended one of its variant").toBe(0);

  const rows = new Map(state.holds.map((row) => [row.id, row]));
  expect([...rows.keys()].sort()).toEqual(shop.holds.map(({ id }) => id).sort());
  for (const hold of shop.holds) {
    const row = must(rows.get(hold.id));
    const { id, shopperId, variantId, quantity } = hold;
    const isWithdrawn = hold.state === "withdrawn";
    const status = isLive(hold, now) ? hold.state : isWithdrawn ? "released" : hold.state;
    expect(row).toMatchObject({ id, shopperId, variantId, quantity, isWithdrawn });
    // Whether somebody marked a lapsed hold already is nobody's business.
    expect(hold.state === "active" && !isInCart(hold, now) ? "active" : status).toBe(
      row.status === "expired" ? "active" : row.status,
    );
    if (!isLive(hold, now)) continue;
    const { heldAt, expiresAt, maxExpiresAt, durationSeconds, locationId } = hold;
    const moments = {
      heldAt: heldAt - passed,
      expiresAt: expiresAt - passed,
      maxExpiresAt: maxExpiresAt - passed,
    };
    expect(row).toMatchObject({ status: hold.state, locationId, durationSeconds, ...moments });
  }
  for (const { variantId, locationId, onHand } of state.levels) {
    expect(shop.levelsOf(variantId).find((l) => l.locationId === locationId)?.onHand).toBe(onHand);
  }
  expectSameView(state, shop, now, passed);
  await expectSameOrders(sql, shop);
  return state.holds;
}

function expectSameView(state: State, shop: ShopModel, now: Micros, passed: Micros): void {
  for (const variantId of variantIds) {
    const found = state.availability.find((a) => a.variantId === variantId);
    const told = found && {
      available: found.available,
      atLeast: found.atLeast,
      nextReleaseAt: found.nextReleaseAt ? micros(found.nextReleaseAt) + passed : null,
      isHeld: found.state === "held",
    };
    expect(told ?? null, `availability of ${variantId}`).toEqual(availabilityOf(shop, variantId, now));
  }
  for (const shopperId of shopperIds) {
    const cart = must(state.carts[shopperId]);
    const acting = shop.actingFor(shopperId);
    const lines = cart.lines.map(({ reservationId, quantity }) => ({ id: reservationId, quantity }));
    expect(lines, `cart of ${shopperId}`).toEqual(
      shop.cartOf(acting, now).map(({ id, quantity }) => ({ id, quantity })),
    );
    const lost = cart.lapsed.map(({ reservationId }) => reservationId).sort();
    expect(lost, `no longer held by ${shopperId}`).toEqual(lostOf(shop, acting, now).sort());
  }
}
