import { afterAll, beforeAll, expect, test } from "vitest";
import {
  expired,
  failed,
  type Payment,
  paid,
  pinCart,
  settle,
  typeOrder,
  unpaid,
} from "../support/checkout.ts";
import { useTestDatabase } from "../support/database.ts";
import { askRefund, recordRefund, refundLine } from "../support/refunds.ts";
import { createVariant, expectConsistent, hold, must, newShopper } from "../support/shop.ts";
import { findDrift } from "./sessions.ts";

// What no other test noticed of the tables of paying when `npm run mutate:db` took their guards away: each column that
// stays, each CHECK and key, each move of a status, for whoever types them. All of it is refused, so all tests share
// what they are about.

const db = useTestDatabase();
const names: Record<string, string> = {};
const nameOf = (name: string) => must(names[name]);

/** Two units that somebody pays for. */
async function pin(): Promise<Payment> {
  const shopperId = newShopper();
  await hold(db.sql, shopperId, nameOf("variant"), 2);
  return pinCart(db.sql, shopperId);
}

async function sell() {
  const payment = await pin();
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  return { ...order, lineId: must(order.lines[0]).orderLineId };
}

/** A refund of one cent of what `sell` sold, as Stripe told of it. */
async function owe(
  orderId: string,
  status: "pending" | "failed" | "succeeded" | "requested",
  lineId?: string,
) {
  const lines = lineId ? [refundLine(lineId, 1)] : [];
  const refundId = must((await askRefund(db.sql, orderId, lines, { amountCents: 1 })).refundId);
  if (status !== "requested") await recordRefund(db.sql, refundId, status);
  return refundId;
}

beforeAll(async () => {
  names.variant = await createVariant(db.sql, 50);
  names.shopper = newShopper();
  const open = await pin();
  await db.sql`update payments set session_id = 'cs_1', payment_intent_id = 'pi_1' where id = ${open.paymentId}`;
  Object.assign(names, { order: open.orderId, payment: open.paymentId });
  names.typed = await typeOrder(db.sql, newShopper(), nameOf("variant"));

  const sold = await sell();
  Object.assign(names, { soldorder: sold.orderId, sold: sold.paymentId, line: sold.lineId });
  names.pending = await owe(sold.orderId, "pending");
  names.stripe = `re_${names.pending}`;
  names.failed = await owe(sold.orderId, "failed");
  names.succeeded = await owe(sold.orderId, "succeeded");
  names.units = await owe(sold.orderId, "requested", sold.lineId);

  const processing = await pin();
  await settle(db.sql, processing.paymentId, unpaid);
  names.processing = processing.paymentId;
  const declined = await pin();
  await settle(db.sql, declined.paymentId, unpaid);
  await settle(db.sql, declined.paymentId, failed);
  Object.assign(names, { declined: declined.paymentId, cancelledorder: declined.orderId });

  // Paid for when the units were gone.
  const gone = await pin();
  await settle(db.sql, gone.paymentId, expired, "expire");
  await db.sql`update stock_levels set safety_stock = 50 where variant_id = ${nameOf("variant")}`;
  await settle(db.sql, gone.paymentId, paid(gone));
  await db.sql`update stock_levels set safety_stock = 0 where variant_id = ${nameOf("variant")}`;
  names.goneorder = gone.orderId;
});

afterAll(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** Types it, with ids for `:order`, `:payment`, `:refund` and so on, and answers what refused it: SQLSTATE, or a constraint's name. */
async function type(statement: string): Promise<string> {
  const text = statement.replace(/(?<!:):([a-z]+)/g, (_, name: string) => `'${nameOf(name)}'`);
  try {
    await db.sql.unsafe(text);
    return "none";
  } catch (error) {
    const { code, constraint_name: name } = error as { code: string; constraint_name?: string };
    return name ?? code;
  }
}

/** An INSERT of these columns, the later values instead of the earlier. */
function insertion(table: string, ...values: Record<string, string>[]): string {
  const row = Object.assign({}, ...values) as Record<string, string>;
  return `insert into ${table} (${Object.keys(row)}) overriding system value values (${Object.values(row)})`;
}

const anyId = "gen_random_uuid()";

test.each([
  ["orders", "order", "source = 'phone'", "number = default", "currency = 'USD'", "subtotal_cents = 1"],
  ["orders", "order", "shipping_cents = 1", "total_cents = 1", "created_at = now()", "cart_version = 'x'"],
  ["payments", "payment", "created_at = now()", "session_expires_at = now()"],
  ["payments", "sold", "received_cents = 1", "received_currency = 'USD'", "settled_at = now()"],
  [
    "refunds",
    "failed",
    `order_id = ${anyId}`,
    `payment_id = ${anyId}`,
    "amount_cents = 2",
    "currency = 'USD'",
  ],
  ["refunds", "failed", "reason = 'outside'", "actor = 'x'", "created_at = now()"],
  ["refunds", "failed", "stripe_refund_id = 're_x'", "stripe_refund_id = null"],
] as const)("what it was made of stays: %s, %s", async (table, name, ...changes) => {
  for (const change of [`id = ${anyId}`, ...changes]) {
    expect([change, await type(`update ${table} set ${change} where id = :${name}`)]).toEqual([
      change,
      "HF014",
    ]);
  }
});

test.each([
  ...[`id = ${anyId}`, `order_id = ${anyId}`, "position = 2", `variant_id = ${anyId}`, "quantity = 1"],
  ...["unit_price_cents = 1", "product_name = 'x'", "variant_name = 'x'", "sku = 'x'", "image_path = 'x'"],
  "left_seconds = left_seconds + 1",
])("what a line was made of stays: %s", async (change) => {
  expect(await type(`update order_lines set ${change} where order_id = :order`)).toBe("HF014");
});

test.each([`refund_id = ${anyId}`, `order_line_id = ${anyId}`, "quantity = 2"])(
  "what units a refund is for stays: %s",
  async (change) => {
    expect(await type(`update refund_lines set ${change} where refund_id = :units`)).toBe("HF014");
  },
);

const phone = { shopper_id: ":shopper", source: "'phone'", currency: "'EUR'" };
const order = { ...phone, subtotal_cents: "1", total_cents: "1" };
test.each([
  ["orders_pkey", { id: ":order" }],
  ["orders_number_key", { number: "(select number from orders where id = :order)" }],
  ["orders_source_check", { source: "'gift'" }],
  ["orders_currency_check", { currency: "'eur'" }],
  ["orders_subtotal_cents_check", { subtotal_cents: "-1", total_cents: "-1" }],
  ["orders_shipping_cents_check", { shipping_cents: "-1", total_cents: "0" }],
  ["orders_total_is_sum", { shipping_cents: "1" }],
  ["orders_email_check", { email: "'ab'" }],
  ["orders_email_check", { email: "repeat('a', 321)" }],
  ["orders_ship_country_check", { ship_country: "'de'" }],
  ["HF013", { refunded_cents: "1" }],
  ["HF013", { status: "'cancelled'", cancelled_at: "now()" }],
])("%s: no order of %j is written", async (refusal, but) => {
  expect(await type(insertion("orders", order, but))).toBe(refusal);
});

test.each([
  ["orders_shipped_was_paid", "shipped_at = now()"],
  ["orders_times_fit_status", "cancelled_at = now()"],
  ["orders_checkout_has_address", "email = null"],
  ["orders_erased_is_empty", "erased_at = now()"],
  ["orders_refunded_cents_check", "refunded_cents = -1"],
])("%s: no order changes so that %s", async (refusal, change) => {
  expect(await type(`update orders set ${change} where id = :order`)).toBe(refusal);
});

const line = {
  ...{ order_id: ":order", position: "2", variant_id: ":variant", quantity: "1", unit_price_cents: "1" },
  ...{ product_name: "'P'", variant_name: "'V'", sku: "'s'", image_path: "'/'" },
};
test.each([
  ["order_lines_pkey", { id: "(select id from order_lines where order_id = :order)" }],
  ["order_lines_order_id_fkey", { order_id: anyId }],
  ["order_lines_variant_id_fkey", { variant_id: anyId }],
  ["order_lines_location_id_fkey", { location_id: anyId, reservation_id: anyId }],
  ["order_lines_sold_from_a_hold", { location_id: "(select id from locations limit 1)" }],
  ["order_lines_position_is_taken_once", { position: "1" }],
  ["order_lines_position_check", { position: "0" }],
  ["order_lines_quantity_check", { quantity: "0" }],
  ["order_lines_unit_price_cents_check", { unit_price_cents: "-1" }],
  ["order_lines_left_seconds_check", { left_seconds: "-1" }],
])("%s: no line of %j is written", async (refusal, but) => {
  expect(await type(insertion("order_lines", line, but))).toBe(refusal);
});

const begun = { order_id: ":typed", shopper_id: ":shopper", amount_cents: "1", currency: "'EUR'" };
const unfinished = { ...begun, return_origin: "'x'", session_expires_at: "now()", window_ends_at: "now()" };
const got = { received_cents: "1", received_currency: "'EUR'" };
const received = { ...got, status: "'succeeded'", settled_at: "now()" };
test.each([
  ["payments_pkey", { id: ":payment" }],
  ["payments_order_id_key", { order_id: ":order" }],
  ["payments_order_id_fkey", { order_id: anyId }],
  ["payments_amount_cents_check", { amount_cents: "-1" }],
  ["payments_currency_check", { currency: "'eur'" }],
  ["payments_session_id_key", { session_id: "'cs_1'" }],
  ["payments_session_id_check", { session_id: "''" }],
  ["payments_session_id_check", { session_id: "repeat('a', 256)" }],
  ["payments_payment_intent_id_key", { payment_intent_id: "'pi_1'" }],
  ["payments_payment_intent_id_check", { payment_intent_id: "''" }],
  ["payments_payment_intent_id_check", { payment_intent_id: "repeat('a', 256)" }],
  ["payments_unfinished_has_window", { window_ends_at: "null" }],
  ["payments_unfinished_has_window", { status: "'processing'", return_origin: "null" }],
  ["payments_settled_at_fits_status", { settled_at: "now()" }],
  ["payments_settled_at_fits_status", { status: "'failed'" }],
  ["payments_received_when_succeeded", got],
  ["payments_received_when_succeeded", { ...received, received_currency: "null" }],
  ["payments_received_cents_check", { ...received, received_cents: "-1" }],
  ["payments_received_currency_check", { ...received, received_currency: "'eur'" }],
])("%s: no payment of %j is written", async (refusal, but) => {
  expect(await type(insertion("payments", unfinished, but))).toBe(refusal);
});

const mine = { order_id: ":soldorder", payment_id: ":sold", amount_cents: "1", currency: "'EUR'" };
const owed = { ...mine, reason: "'requested'", actor: "'x'" };
const hopeless = { status: "'failed'", settled_at: "now()" };
test.each([
  ["refunds_pkey", { id: ":pending" }],
  ["refunds_order_id_fkey", { ...hopeless, order_id: anyId }],
  ["refunds_payment_id_fkey", { ...hopeless, payment_id: anyId }],
  ["refunds_amount_cents_check", { amount_cents: "-1" }],
  ["refunds_currency_check", { ...hopeless, currency: "'eur'" }],
  ["refunds_reason_check", { reason: "'gift'" }],
  ["refunds_attempt_check", { attempt: "0" }],
  ["refunds_stripe_refund_id_key", { stripe_refund_id: ":stripe" }],
  ["refunds_stripe_refund_id_check", { stripe_refund_id: "''" }],
  ["refunds_stripe_refund_id_check", { stripe_refund_id: "repeat('a', 256)" }],
  ["refunds_pending_is_at_stripe", { status: "'pending'" }],
  ["refunds_settled_at_fits_status", { settled_at: "now()" }],
  ["refunds_settled_at_fits_status", { status: "'failed'" }],
])("%s: no refund of %j is written", async (refusal, but) => {
  expect(await type(insertion("refunds", owed, but))).toBe(refusal);
});

const unit = { refund_id: ":pending", order_line_id: ":line", quantity: "1" };
test.each([
  ["refund_lines_pkey", { refund_id: ":units" }],
  ["refund_lines_quantity_check", { quantity: "0" }],
  ["refund_lines_restock_check", { restock: "'eaten'", decided_at: "now()" }],
  ["refund_lines_decided_at_fits", { decided_at: "now()" }],
  ["refund_lines_decided_at_fits", { restock: "'kept_out'" }],
])("%s: no line of a refund of %j is written", async (refusal, but) => {
  expect(await type(insertion("refund_lines", unit, but))).toBe(refusal);
});

test.each([
  ["payments", "processing", "status = 'open'"],
  ["payments", "declined", "status = 'open', settled_at = null"],
  ["payments", "declined", "status = 'processing', settled_at = null"],
  ["payments", "declined", "status = 'expired'"],
  ["orders", "cancelledorder", "status = 'pending', cancelled_at = null"],
  ["orders", "goneorder", "status = 'refunded'"],
  ["orders", "soldorder", "status = 'refunded_out_of_stock', refunded_at = now()"],
  ["refunds", "succeeded", "status = 'pending', settled_at = null"],
  ["refunds", "succeeded", "status = 'requested', settled_at = null, attempt = attempt + 1"],
  ["refunds", "pending", "status = 'requested'"],
  ["refunds", "failed", "status = 'requested', settled_at = null"],
  ["refunds", "failed", "status = 'succeeded'"],
])("no status goes back: %s, %s, %s", async (table, name, change) => {
  expect(await type(`update ${table} set ${change} where id = :${name}`)).toBe("HF013");
});
