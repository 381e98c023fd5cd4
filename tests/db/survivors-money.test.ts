import { afterEach, beforeEach, expect, test } from "vitest";
import {
  expired,
  failed,
  type Order,
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
// stays, each CHECK and key, each move of a status, for whoever types them.

const db = useTestDatabase();
let payment: Payment;
let names: Record<string, string> = {};

beforeEach(async () => {
  const variantId = await createVariant(db.sql, 5);
  const shopperId = newShopper();
  await hold(db.sql, shopperId, variantId, 2);
  payment = await pinCart(db.sql, shopperId);
  const typed = await typeOrder(db.sql, newShopper(), variantId);
  names = {
    order: payment.orderId,
    payment: payment.paymentId,
    typed,
    variant: variantId,
    shopper: newShopper(),
    session: `cs_${payment.paymentId}`,
    intent: `pi_${payment.paymentId}`,
    stripe: `re_${payment.paymentId}`,
  };
});

afterEach(async () => {
  await expectConsistent(db.sql);
  expect(await findDrift(db.sql)).toEqual([]);
});

/** Types it, with ids for `:order`, `:payment`, `:refund` and so on, and answers what refused it: SQLSTATE, or a constraint's name. */
async function type(statement: string): Promise<string> {
  const text = statement.replace(/(?<!:):([a-z]+)/g, (_, name: string) => `'${must(names[name])}'`);
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

async function sell(): Promise<Order> {
  const { order } = await settle(db.sql, payment.paymentId, paid(payment));
  names.line = must(order.lines[0]).orderLineId;
  return order;
}

/** A refund of one cent, owed. */
async function owe(lines: "one unit" | "nothing" = "nothing"): Promise<void> {
  const order = await sell();
  const asked = lines === "one unit" ? [refundLine(must(names.line), 1)] : [];
  names.refund = must((await askRefund(db.sql, order.orderId, asked, { amountCents: 1 })).refundId);
}

const anyId = "gen_random_uuid()";

test.each([
  ...[
    "id",
    "source = 'phone'",
    "number = default",
    "currency = 'USD'",
    "subtotal_cents = 1",
    "shipping_cents = 1",
  ],
  ...["total_cents = 1", "created_at = now()", "cart_version = 'x'"],
])("what an order was made of stays: %s", async (change) => {
  expect(
    await type(`update orders set ${change === "id" ? `id = ${anyId}` : change} where id = :order`),
  ).toBe("HF014");
});

test.each([
  ...[`id = ${anyId}`, `order_id = ${anyId}`, "position = 2", `variant_id = ${anyId}`, "quantity = 1"],
  ...["unit_price_cents = 1", "product_name = 'x'", "variant_name = 'x'", "sku = 'x'", "image_path = 'x'"],
  "left_seconds = left_seconds + 1",
])("what a line was made of stays: %s", async (change) => {
  expect(await type(`update order_lines set ${change} where order_id = :order`)).toBe("HF014");
});

test.each([`id = ${anyId}`, "created_at = now()", "session_expires_at = now()"])(
  "what a payment was made of stays: %s",
  async (change) => {
    expect(await type(`update payments set ${change} where id = :payment`)).toBe("HF014");
  },
);

test.each(["received_cents = 1", "received_currency = 'USD'", "settled_at = now()"])(
  "what was received stays: %s",
  async (change) => {
    await sell();
    expect(await type(`update payments set ${change} where id = :payment`)).toBe("HF014");
  },
);

test.each([
  ...[
    `id = ${anyId}`,
    `order_id = ${anyId}`,
    `payment_id = ${anyId}`,
    "amount_cents = 2",
    "currency = 'USD'",
  ],
  ...[
    "reason = 'outside'",
    "actor = 'x'",
    "created_at = now()",
    "stripe_refund_id = 're_x'",
    "stripe_refund_id = null",
  ],
])("what a refund was made of stays: %s", async (change) => {
  await owe();
  await recordRefund(db.sql, names.refund, "failed");
  expect(await type(`update refunds set ${change} where id = :refund`)).toBe("HF014");
});

test.each([`refund_id = ${anyId}`, `order_line_id = ${anyId}`, "quantity = 2"])(
  "what units a refund is for stays: %s",
  async (change) => {
    await owe("one unit");
    expect(await type(`update refund_lines set ${change} where refund_id = :refund`)).toBe("HF014");
  },
);

const order = {
  shopper_id: ":shopper",
  source: "'phone'",
  currency: "'EUR'",
  subtotal_cents: "1",
  total_cents: "1",
};
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
  ["orders_refunded_cents_check", { refunded_cents: "-1" }],
  ["HF013", { refunded_cents: "1" }],
  ["HF013", { status: "'cancelled'", cancelled_at: "now()" }],
  ["none", { email: "'a@b'" }],
])("%s: no order of %j is written", async (refusal, but) => {
  const answer = await type(insertion("orders", order, but));
  // What an order begins with is asked before its values are.
  expect(refusal === "orders_refunded_cents_check" ? "HF013" : refusal).toBe(answer);
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

const unfinished = {
  ...{
    order_id: ":typed",
    shopper_id: ":shopper",
    amount_cents: "1",
    currency: "'EUR'",
    return_origin: "'x'",
  },
  ...{ session_expires_at: "now()", window_ends_at: "now()" },
};
const received = {
  status: "'succeeded'",
  settled_at: "now()",
  received_cents: "1",
  received_currency: "'EUR'",
};
test.each([
  ["payments_pkey", { id: ":payment" }],
  ["payments_order_id_key", { order_id: ":order" }],
  ["payments_order_id_fkey", { order_id: anyId }],
  ["payments_amount_cents_check", { amount_cents: "-1" }],
  ["payments_currency_check", { currency: "'eur'" }],
  ["payments_session_id_key", { session_id: ":session" }],
  ["payments_session_id_check", { session_id: "''" }],
  ["payments_session_id_check", { session_id: "repeat('a', 256)" }],
  ["payments_payment_intent_id_key", { payment_intent_id: ":intent" }],
  ["payments_payment_intent_id_check", { payment_intent_id: "''" }],
  ["payments_payment_intent_id_check", { payment_intent_id: "repeat('a', 256)" }],
  ["payments_unfinished_has_window", { window_ends_at: "null" }],
  ["payments_unfinished_has_window", { status: "'processing'", return_origin: "null" }],
  ["payments_settled_at_fits_status", { settled_at: "now()" }],
  ["payments_settled_at_fits_status", { status: "'failed'" }],
  ["payments_received_when_succeeded", { received_cents: "1", received_currency: "'EUR'" }],
  ["payments_received_when_succeeded", { ...received, received_currency: "null" }],
  ["payments_received_cents_check", { ...received, received_cents: "-1" }],
  ["payments_received_currency_check", { ...received, received_currency: "'eur'" }],
])("%s: no payment of %j is written", async (refusal, but) => {
  await type("update payments set session_id = :session, payment_intent_id = :intent where id = :payment");
  expect(await type(insertion("payments", unfinished, but))).toBe(refusal);
});

const owed = {
  ...{
    order_id: ":order",
    payment_id: ":payment",
    amount_cents: "1",
    currency: "'EUR'",
    reason: "'requested'",
  },
  actor: "'x'",
};
const hopeless = { status: "'failed'", settled_at: "now()" };
test.each([
  ["refunds_pkey", { id: ":refund" }],
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
  await owe();
  await recordRefund(db.sql, names.refund, "pending", { id: must(names.stripe) });
  expect(await type(insertion("refunds", owed, but))).toBe(refusal);
});

const unit = { refund_id: ":refund", order_line_id: ":line", quantity: "1" };
test.each([
  ["refund_lines_pkey", {}],
  ["refund_lines_quantity_check", { quantity: "0" }],
  ["refund_lines_restock_check", { restock: "'eaten'", decided_at: "now()" }],
  ["refund_lines_decided_at_fits", { decided_at: "now()" }],
  ["refund_lines_decided_at_fits", { restock: "'kept_out'" }],
])("%s: no line of a refund of %j is written", async (refusal, but) => {
  await owe(refusal === "refund_lines_pkey" ? "one unit" : "nothing");
  expect(await type(insertion("refund_lines", unit, but))).toBe(refusal);
});

test.each([["status = 'open'"], ["status = 'open', settled_at = null"]])(
  "a payment that is processing is never open again: %s",
  async (change) => {
    await settle(db.sql, payment.paymentId, unpaid);
    expect(await type(`update payments set ${change} where id = :payment`)).toBe("HF013");
  },
);

test.each(["open", "processing", "expired"])("a payment that failed is never %s", async (status) => {
  await settle(db.sql, payment.paymentId, unpaid);
  await settle(db.sql, payment.paymentId, failed);
  const settled = status === "expired" ? "now()" : "null";
  expect(
    await type(`update payments set status = '${status}', settled_at = ${settled} where id = :payment`),
  ).toBe("HF013");
});

test.each([
  ["cancelled", "pending", "cancelled_at = null"],
  ["refunded_out_of_stock", "refunded", "refunded_at = now()"],
  ["paid", "refunded_out_of_stock", "refunded_at = now()"],
])("an order that is %s does not become %s", async (from, to, times) => {
  await settle(db.sql, payment.paymentId, expired);
  if (from === "refunded_out_of_stock") {
    await db.sql`update reservations set status = 'released', ended_at = now() where shopper_id = ${payment.shopperId}`;
    await type("update stock_levels set on_hand = 0 where variant_id = :variant");
  }
  if (from !== "cancelled") await sell();
  expect(await db.sql`select status from orders where id = ${payment.orderId}`).toEqual([{ status: from }]);
  expect(await type(`update orders set status = '${to}', ${times} where id = :order`)).toBe("HF013");
});

test.each([
  ["succeeded", "status = 'pending', settled_at = null"],
  ["succeeded", "status = 'requested', settled_at = null, attempt = attempt + 1"],
  ["pending", "status = 'requested'"],
  ["failed", "status = 'requested', settled_at = null"],
  ["failed", "status = 'succeeded'"],
] as const)("a refund that is %s: refused is %s", async (status, change) => {
  await owe();
  await recordRefund(db.sql, names.refund, status);
  expect(await type(`update refunds set ${change} where id = :refund`)).toBe("HF013");
});
