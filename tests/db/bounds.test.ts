import { expect, test } from "vitest";
import { useTestDatabase } from "../support/database.ts";
import { createVariant, newShopper } from "../support/shop.ts";

// What no row may say, whoever writes it: the CHECKs of settings, catalogue, figures and trail, and what refers to
// what. Those of holds and of their counters are in status.test.ts and typed-sql.test.ts.

const db = useTestDatabase();

/** The constraint that refuses this, or "none" where nothing does. Nothing of it stays. */
async function refuserOf(statement: string): Promise<string> {
  const undo = new Error("undo");
  try {
    await db.sql.begin(async (sql) => {
      await sql.unsafe(statement);
      throw undo;
    });
  } catch (error) {
    if (error === undo) return "none";
    const { constraint_name: name, message } = error as { constraint_name?: string; message: string };
    return name ?? message;
  }
  return "none";
}

const settings = [
  { column: "hold_seconds", least: 1, most: 86_400 },
  { column: "vip_hold_seconds", least: 1, most: 86_400 },
  { column: "max_hold_turns", least: 1, most: 100 },
  { column: "max_units_per_line", least: 1 },
  { column: "max_units_per_variant", least: 1 },
  { column: "max_units_per_shopper", least: 1 },
  { column: "max_holds_per_minute", least: 1 },
  { column: "shown_stock_limit", least: 1, most: 100 },
  { column: "low_stock_at", least: 0 },
  { column: "lapsed_shown_seconds", least: 0 },
  { column: "trail_kept_days", least: 30, most: 36_500 },
  { column: "merged_guest_seconds", least: 1, most: 86_400 },
  { column: "max_unconverted_holds", least: 1 },
  { column: "unconverted_window_seconds", least: 1 },
  { column: "cool_down_seconds", least: 0 },
  { column: "max_share_per_address_percent", least: 1, most: 100 },
  { column: "min_units_per_address", least: 1 },
  { column: "max_units_per_address", least: 1 },
  { column: "max_requests_per_address", least: 1 },
  { column: "payment_window_seconds", least: 1, most: 84_000 },
  { column: "max_paying_seconds", least: 1, most: 864_000 },
  { column: "min_returned_seconds", least: 1, most: 86_400 },
  { column: "shipping_cents", least: 0 },
  { column: "low_stock_clears_at", least: 0 },
];

test.each(settings)("the setting $column lies within its bounds", async ({ column, least, most }) => {
  const set = (value: number) =>
    refuserOf(`update store_settings set ${column} = ${value} where is_only_row`);
  expect(await set(least)).toBe("none");
  expect(await set(least - 1)).toBe(`store_settings_${column}_check`);
  if (most === undefined) return;
  expect(await set(most)).toBe("none");
  expect(await set(most + 1)).toBe(`store_settings_${column}_check`);
});

test("every number among the settings has its bounds tried here", async () => {
  const columns = await db.sql`
    select column_name as name from information_schema.columns
    where table_name = 'store_settings' and data_type in ('integer', 'bigint', 'smallint', 'numeric')`;
  expect(columns.map(({ name }) => name).toSorted()).toEqual(settings.map(({ column }) => column).toSorted());
});

const level = "(select variant_id from stock_levels limit 1), (select location_id from stock_levels limit 1)";
const insert = {
  trail: `insert into reservation_trail (actor, cause, reservation_id, variant_id, location_id, old_status, new_status)
    values ('a', 'b', gen_random_uuid(), ${level}`,
  movement: `insert into stock_movements (actor, reason, delta, on_hand_after, variant_id, location_id) values ('a'`,
  run: "insert into sweep_runs (started_at, finished_at, expired, units, is_more) values ('2026-01-02'",
  total: `insert into trail_totals (variant_id, location_id, day, actor, cause, units_before, units_after, entity, changes)
    values (${level}, '2026-01-01', 'a', 'b', 1, 1`,
  request: "insert into source_requests (shard, minute, source, requests) values (0, now()",
  holder:
    "insert into source_holders (variant_id, shopper_id, noted_at, source) values (gen_random_uuid(), gen_random_uuid(), now()",
  attempt: "insert into sign_in_attempts (key, began_at, attempts) values ('a', now()",
  shopper: "insert into shoppers (id, holds_in_minute) values (gen_random_uuid()",
  alert: "insert into alerts (subject, kind, attempts, opened_at, closed_at) values ('s'",
  change:
    "insert into order_trail (actor, cause, entity_id, order_id, after, entity) values ('a', 'b', gen_random_uuid(), gen_random_uuid(), '{}'",
  changes:
    "insert into order_trail_totals (day, entity, actor, cause, changes) values ('2026-01-01', 'order', 'a', 'b'",
  pruning:
    "insert into prune_runs (started_at, is_more, finished_at, trail_rows, counters) values ('2026-01-02', false",
  failure: "insert into webhook_failures (hour, last_at, reason, deliveries) values (now(), now()",
};
const update = (what: string) => `update ${what} = ''`;

const rows: [constraint: string, refused: string, taken: string][] = [
  ["store_settings_is_only_row_check", "insert into store_settings (is_only_row) values (false)", "select"],
  [
    "store_settings_shop_currency_check",
    "update store_settings set shop_currency = 'eur'",
    "update store_settings set shop_currency = 'USD'",
  ],
  ["locations_code_check", update("locations set code"), "update locations set code = 'x'"],
  ["locations_name_check", update("locations set name"), "update locations set name = 'x'"],
  ["products_name_check", update("products set name"), "update products set name = 'x'"],
  ["products_slug_check", "update products set slug = 'A b'", "update products set slug = 'a-1'"],
  [
    "products_hold_seconds_check",
    "update products set hold_seconds = 0",
    "update products set hold_seconds = 1",
  ],
  [
    "products_hold_seconds_check",
    "update products set hold_seconds = 86401",
    "update products set hold_seconds = 86400",
  ],
  ["variants_name_check", update("variants set name"), "update variants set name = 'x'"],
  ["variants_sku_check", update("variants set sku"), "update variants set sku = 'x'"],
  ["variants_currency_check", "update variants set currency = 'eur'", "update variants set currency = 'USD'"],
  [
    "variants_price_cents_check",
    "update variants set price_cents = -1",
    "update variants set price_cents = 0",
  ],
  [
    "stock_levels_safety_stock_check",
    "update stock_levels set safety_stock = -1",
    "update stock_levels set safety_stock = 0",
  ],
  ["reservation_trail_check", `${insert.trail}, null, null)`, `${insert.trail}, null, 'active')`],
  [
    "stock_movements_delta_check",
    `${insert.movement}, 'r', 0, 1, ${level})`,
    `${insert.movement}, 'r', 1, 1, ${level})`,
  ],
  [
    "stock_movements_on_hand_after_check",
    `${insert.movement}, 'r', -1, -1, ${level})`,
    `${insert.movement}, 'r', -1, 0, ${level})`,
  ],
  [
    "stock_movements_reason_check",
    `${insert.movement}, '', 1, 1, ${level})`,
    `${insert.movement}, 'r', 1, 1, ${level})`,
  ],
  [
    "sweep_runs_check",
    `${insert.run}, '2026-01-01', 0, 0, false)`,
    `${insert.run}, '2026-01-02', 0, 0, false)`,
  ],
  [
    "sweep_runs_expired_check",
    `${insert.run}, '2026-01-02', -1, 0, false)`,
    `${insert.run}, '2026-01-02', 0, 0, false)`,
  ],
  [
    "sweep_runs_units_check",
    `${insert.run}, '2026-01-02', 0, -1, false)`,
    `${insert.run}, '2026-01-02', 0, 0, false)`,
  ],
  ["trail_totals_changes_check", `${insert.total}, 'reservation', 0)`, `${insert.total}, 'reservation', 1)`],
  ["trail_totals_entity_check", `${insert.total}, 'order', 1)`, `${insert.total}, 'stock_level', 1)`],
  ["source_requests_requests_check", `${insert.request}, 's', 0)`, `${insert.request}, 's', 1)`],
  ["source_requests_source_check", `${insert.request}, '', 1)`, `${insert.request}, 's', 1)`],
  ["source_holders_source_check", `${insert.holder}, '')`, `${insert.holder}, 's')`],
  ["sign_in_attempts_attempts_check", `${insert.attempt}, 0)`, `${insert.attempt}, 1)`],
  ["shoppers_holds_in_minute_check", `${insert.shopper}, -1)`, `${insert.shopper}, 0)`],
  ["alerts_kind_check", `${insert.alert}, '', 0, now(), null)`, `${insert.alert}, 'k', 0, now(), null)`],
  [
    "alerts_attempts_check",
    `${insert.alert}, 'k', -1, now(), null)`,
    `${insert.alert}, 'k', 0, now(), null)`,
  ],
  [
    "alerts_check",
    `${insert.alert}, 'k', 0, '2026-01-02', '2026-01-01')`,
    `${insert.alert}, 'k', 0, '2026-01-02', '2026-01-02')`,
  ],
  ["order_trail_entity_check", `${insert.change}, 'mail')`, `${insert.change}, 'refund_line')`],
  ["order_trail_totals_changes_check", `${insert.changes}, 0)`, `${insert.changes}, 1)`],
  ["prune_runs_check", `${insert.pruning}, '2026-01-01', 0, 0)`, `${insert.pruning}, '2026-01-02', 0, 0)`],
  [
    "prune_runs_trail_rows_check",
    `${insert.pruning}, '2026-01-02', -1, 0)`,
    `${insert.pruning}, '2026-01-02', 0, 0)`,
  ],
  [
    "prune_runs_counters_check",
    `${insert.pruning}, '2026-01-02', 0, -1)`,
    `${insert.pruning}, '2026-01-02', 0, 0)`,
  ],
  ["webhook_failures_reason_check", `${insert.failure}, 'mood', 1)`, `${insert.failure}, 'failed', 1)`],
  ["webhook_failures_deliveries_check", `${insert.failure}, 'failed', 0)`, `${insert.failure}, 'failed', 1)`],
];

test.each(rows)("%s refuses: %s", async (constraint, refused, taken) => {
  await createVariant(db.sql, 1);
  await db.sql`insert into shoppers (id) values (${newShopper()})`;
  expect(await refuserOf(refused)).toBe(constraint);
  // One row suffices: what the others say makes no difference to a CHECK, but would to a unique key.
  expect(
    await refuserOf(taken.startsWith("update") ? `${taken} where ctid = (${first(taken)})` : taken),
  ).toBe("none");
});

const first = (statement: string) => `select ctid from ${statement.split(" ")[1]} limit 1`;

test("a level belongs to a variant and a location, a variant to a product", async () => {
  const variantId = await createVariant(db.sql, 1);
  const level = (variant: string, location: string) =>
    `insert into stock_levels (variant_id, location_id, on_hand) values (${variant}, ${location}, 1)`;
  expect(await refuserOf(level("gen_random_uuid()", "(select id from locations limit 1)"))).toBe(
    "stock_levels_variant_id_fkey",
  );
  expect(await refuserOf(level(`'${variantId}'`, "gen_random_uuid()"))).toBe("stock_levels_location_id_fkey");
  expect(
    await refuserOf(`update variants set product_id = gen_random_uuid() where id = '${variantId}'`),
  ).toBe("variants_product_id_fkey");
});
