import type Stripe from "stripe";
import type { SessionExtras } from "./records.ts";
import { newId, nowInSeconds } from "./world.ts";

/** The payment of a session, made by the first try to pay. */
export function newIntent(
  session: Stripe.Checkout.Session,
  { intentData }: SessionExtras,
): Stripe.PaymentIntent {
  const id = newId("pi");
  return {
    id,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: session.amount_total ?? 0,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: "automatic_async",
    client_secret: `${id}_secret_${newId("x", 12)}`,
    confirmation_method: "automatic",
    created: nowInSeconds(),
    currency: session.currency ?? "",
    customer: null,
    customer_account: null,
    description: intentData.description ?? null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: intentData.metadata ?? {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: session.payment_method_types,
    payment_record: null,
    processing: null,
    receipt_email: intentData.receipt_email ?? null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: "requires_payment_method",
    transfer_group: null,
  };
}

export type ChargeOutcome = "succeeded" | "pending" | "failed";

/** One try to take the money of an intent. */
export function newCharge(
  intent: Stripe.PaymentIntent,
  how: { status: ChargeOutcome; method: string; email: string | null },
): Stripe.Charge {
  const { status, method, email } = how;
  const isTaken = status === "succeeded";
  return {
    id: newId(method === "card" ? "ch" : "py"),
    object: "charge",
    amount: intent.amount,
    amount_captured: isTaken ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: isTaken ? newId("txn") : null,
    billing_details: { address: null, email, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: "HOLDFAST",
    captured: isTaken,
    created: nowInSeconds(),
    currency: intent.currency,
    customer: null,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: status === "failed" ? "card_declined" : null,
    failure_message: status === "failed" ? DECLINED : null,
    fraud_details: {},
    livemode: false,
    metadata: intent.metadata,
    on_behalf_of: null,
    outcome: null,
    paid: isTaken,
    payment_intent: intent.id,
    payment_method: newId("pm"),
    // Typed method by method in the package; the stand-in says no more than which it was.
    payment_method_details: { type: method, [method]: {} },
    receipt_email: intent.receipt_email,
    receipt_number: null,
    receipt_url: null,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
}

export const DECLINED = "Your card was declined.";
