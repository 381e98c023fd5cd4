import type Stripe from "stripe";
import { z } from "zod";
import { invalid, noSuch } from "./api-error.ts";
import { expanded } from "./expand.ts";
import { listOf } from "./lists.ts";
import { expand, integer, listParams, metadata, type Params, parseParams, text } from "./params.ts";
import { newId, nowInSeconds, type World } from "./world.ts";

const created = z.strictObject({
  payment_intent: text().optional(),
  charge: text().optional(),
  amount: integer(1).optional(),
  reason: z.enum(["duplicate", "fraudulent", "requested_by_customer"]).optional(),
  metadata: metadata.default({}),
  expand,
});

const listed = z.strictObject({
  ...listParams,
  payment_intent: text().optional(),
  charge: text().optional(),
});

export function createRefund(world: World, params: Params): Stripe.Refund {
  const parsed = parseParams(created, params);
  const charge = chargeToRefund(world, parsed.payment_intent, parsed.charge);
  const left = charge.amount - charge.amount_refunded;
  const { amount = left } = parsed;
  if (charge.disputed) {
    const message = `Charge ${charge.id} has been charged back; cannot issue a refund.`;
    throw invalid(message, { code: "charge_disputed" });
  }
  if (left === 0) {
    throw invalid(`Charge ${charge.id} has already been refunded.`, { code: "charge_already_refunded" });
  }
  if (amount > left) {
    const message = `Refund amount (${money(amount)}) is greater than unrefunded amount on charge (${money(left)})`;
    throw invalid(message, { param: "amount" });
  }
  const refund = world.records.put("refund", {
    id: newId("re"),
    object: "refund",
    amount,
    balance_transaction: newId("txn"),
    charge: charge.id,
    created: nowInSeconds(),
    currency: charge.currency,
    customer: null,
    customer_account: null,
    metadata: parsed.metadata,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: parsed.reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: startingStatus(world, charge),
    transfer_reversal: null,
  });
  world.emit("refund.created", refund);
  const refunded = withRefunded(charge, charge.amount_refunded + amount);
  world.emit("charge.refunded", world.records.put("charge", refunded), {
    amount_refunded: charge.amount_refunded,
  });
  if (world.nextRefunds[0] === "failed") settleRefund(world, refund.id, "failed");
  world.nextRefunds.shift();
  return expanded(world.records, world.records.find("refund", refund.id) ?? refund, parsed.expand);
}

/** What the bank says of a refund, at once or days later. */
export function settleRefund(world: World, id: string, status: "succeeded" | "failed"): Stripe.Refund {
  const refund = findRefund(world, id);
  if (refund.status === "failed") throw invalid(`Refund ${id} has failed already.`);
  const { status: before } = refund;
  const failure = { failure_reason: "unknown", failure_balance_transaction: newId("txn") };
  const settled = world.records.put("refund", { ...refund, status, ...(status === "failed" && failure) });
  if (status === "failed") {
    const charge = world.records.find("charge", String(refund.charge));
    // The money is back on the balance, and may be refunded anew.
    if (charge) world.records.put("charge", withRefunded(charge, charge.amount_refunded - refund.amount));
    world.emit("refund.failed", settled);
  }
  world.emit("refund.updated", settled, { status: before });
  world.emit("charge.refund.updated", settled, { status: before });
  return settled;
}

export function retrieveRefund(world: World, id: string, params: Params): Stripe.Refund {
  const { expand: paths } = parseParams(z.strictObject({ expand }), params);
  return expanded(world.records, findRefund(world, id), paths);
}

export function listRefunds(world: World, params: Params) {
  const parsed = parseParams(listed, params);
  const { payment_intent: intent, charge } = parsed;
  const refunds = world.records
    .all("refund")
    .filter((refund) => intent === undefined || refund.payment_intent === intent)
    .filter((refund) => charge === undefined || refund.charge === charge);
  return expanded(world.records, listOf("/v1/refunds", refunds, parsed), parsed.expand);
}

function findRefund(world: World, id: string): Stripe.Refund {
  const refund = world.records.find("refund", id);
  if (!refund) throw noSuch("refund", id, "id");
  return refund;
}

function chargeToRefund(
  world: World,
  intentId: string | undefined,
  chargeId: string | undefined,
): Stripe.Charge {
  if (chargeId !== undefined) {
    const charge = world.records.find("charge", chargeId);
    if (!charge) throw noSuch("charge", chargeId, "charge");
    if (charge.status !== "succeeded")
      throw invalid(`Charge ${charge.id} cannot be refunded.`, { param: "charge" });
    return charge;
  }
  if (intentId === undefined) {
    const message =
      "One of the following params should be provided for this request: payment_intent or charge.";
    throw invalid(message, { code: "parameter_missing" });
  }
  const intent = world.records.find("intent", intentId);
  if (!intent) throw noSuch("payment_intent", intentId, "payment_intent");
  const charge = world.records.find("charge", String(intent.latest_charge));
  if (charge?.status === "succeeded") return charge;
  throw invalid(`This PaymentIntent (${intentId}) does not have a successful charge to refund.`);
}

/** A card's refund is through at once; a bank debit's takes days. */
function startingStatus(world: World, charge: Stripe.Charge): string {
  const [next] = world.nextRefunds;
  if (next === "pending" || next === "requires_action") return next;
  return charge.payment_method_details?.type === "card" ? "succeeded" : "pending";
}

const withRefunded = (charge: Stripe.Charge, amount: number): Stripe.Charge => ({
  ...charge,
  amount_refunded: amount,
  refunded: amount === charge.amount,
});

const money = (cents: number) => `$${(cents / 100).toFixed(2)}`;
