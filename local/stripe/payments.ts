import type Stripe from "stripe";
import { invalid } from "./api-error.ts";
import { isDelayed } from "./checkout-rules.ts";
import { type ChargeOutcome, DECLINED, newCharge, newIntent } from "./payment-objects.ts";
import { nobody } from "./session-object.ts";
import { findSession } from "./sessions.ts";
import type { World } from "./world.ts";

type Session = Stripe.Checkout.Session;
type Intent = Stripe.PaymentIntent;

export type Outcome = "success" | "decline" | "delayed_success" | "delayed_failure";

export type Payment = {
  outcome: Outcome;
  /** How long a delayed method takes. `null`: until a test settles it. */
  afterMs?: number | null | undefined;
  /** What Stripe says that it received, where a test wants something else than what was asked for. */
  received?: { amount?: number | undefined; currency?: string | undefined } | undefined;
  email?: string | undefined;
};

/** Pays a session as a shopper on the pay page would. */
export function paySession(world: World, id: string, payment: Payment): Session {
  const session = withWhatWasReceived(payable(world, id, payment.outcome), payment);
  if (session.amount_total === 0) {
    const free = complete(world, session, "no_payment_required", payment);
    world.emit("checkout.session.completed", free);
    return free;
  }
  const delayed = session.payment_method_types.find(isDelayed);
  const isCard = payment.outcome === "success" || payment.outcome === "decline";
  const method = isCard ? "card" : String(delayed);
  const intent = intentOf(world, session);
  if (payment.outcome === "decline") return decline(world, session, intent, method);
  if (payment.outcome === "success") {
    const paid = charge(world, intent, "succeeded", method);
    const done = complete(world, { ...session, payment_intent: paid.id }, "paid", payment);
    world.emit("checkout.session.completed", done);
    return done;
  }
  const processing = charge(world, intent, "pending", method);
  const done = complete(world, { ...session, payment_intent: processing.id }, "unpaid", payment);
  const { afterMs = 5_000 } = payment;
  const outcome = payment.outcome === "delayed_success" ? "success" : "failure";
  const at = afterMs === null ? null : Date.now() + afterMs;
  world.records.put("extras", { ...extrasOf(world, id), settlement: { outcome, at } });
  world.emit("checkout.session.completed", done);
  return done;
}

/** The bank's last word on a debit. */
export function settleSession(world: World, id: string, outcome: "success" | "failure"): Session {
  const session = findSession(world, id);
  const extras = extrasOf(world, id);
  const intent = world.records.find("intent", String(session.payment_intent));
  if (!extras.settlement || !intent) throw invalid(`Nothing is on its way for ${id}.`);
  world.records.put("extras", { ...extras, settlement: undefined });
  const pending = world.records.find("charge", String(intent.latest_charge));
  if (!pending) throw invalid(`Nothing is on its way for ${id}.`);
  if (outcome === "success") {
    const { amount } = pending;
    const taken = { status: "succeeded", paid: true, captured: true, amount_captured: amount } as const;
    world.emit("charge.succeeded", world.records.put("charge", { ...pending, ...taken }));
    const received = { ...intent, status: "succeeded" as const, amount_received: amount, processing: null };
    world.emit("payment_intent.succeeded", world.records.put("intent", received));
    const paid = world.records.put("session", { ...session, payment_status: "paid" });
    world.emit("checkout.session.async_payment_succeeded", paid);
    return paid;
  }
  const why = { failure_code: "insufficient_funds", failure_message: "The bank refused the debit." };
  world.emit("charge.failed", world.records.put("charge", { ...pending, ...why, status: "failed" }));
  fail(world, { ...intent, processing: null }, why.failure_message, pending.id);
  world.emit("checkout.session.async_payment_failed", session);
  return session;
}

/** Settles what is due by its own time. */
export function settleDue(world: World): void {
  for (const { id, settlement } of world.records.all("extras")) {
    if (settlement?.at && settlement.at <= Date.now()) settleSession(world, id, settlement.outcome);
  }
}

function payable(world: World, id: string, outcome: Outcome): Session {
  const session = findSession(world, id);
  if (session.status !== "open")
    throw invalid(`This Checkout Session is ${session.status}: it cannot be paid.`);
  if (outcome.startsWith("delayed") && !session.payment_method_types.some(isDelayed)) {
    throw invalid("This Checkout Session offers no delayed method.");
  }
  return session;
}

function withWhatWasReceived(session: Session, { received = {} }: Payment): Session {
  const { amount = session.amount_total, currency = session.currency } = received;
  return { ...session, amount_total: amount, currency };
}

function intentOf(world: World, session: Session): Intent {
  const money = { amount: session.amount_total ?? 0, currency: session.currency ?? "" };
  const made = world.records.find("intent", String(session.payment_intent));
  if (made) return { ...made, ...money };
  const intent = world.records.put("intent", newIntent(session, extrasOf(world, session.id)));
  world.emit("payment_intent.created", intent);
  return intent;
}

/** A charge and what it means for its intent, with the events of both. */
function charge(world: World, intent: Intent, status: ChargeOutcome, method: string): Intent {
  const email = intent.receipt_email;
  const made = world.records.put("charge", newCharge(intent, { status, method, email }));
  world.emit(`charge.${status}`, made);
  const common = { ...intent, latest_charge: made.id, payment_method: made.payment_method };
  if (status === "failed") return fail(world, common, DECLINED, made.id);
  const isTaken = status === "succeeded";
  const next = isTaken
    ? { ...common, status: "succeeded" as const, amount_received: intent.amount, last_payment_error: null }
    : { ...common, status: "processing" as const };
  world.emit(
    isTaken ? "payment_intent.succeeded" : "payment_intent.processing",
    world.records.put("intent", next),
  );
  return next;
}

function decline(world: World, session: Session, intent: Intent, method: string): Session {
  const failed = charge(world, intent, "failed", method);
  return world.records.put("session", { ...session, payment_intent: failed.id });
}

function fail(world: World, intent: Intent, message: string, chargeId: string): Intent {
  const error = { type: "card_error" as const, code: "card_declined" as const, charge: chargeId, message };
  const failed = { ...intent, status: "requires_payment_method" as const, last_payment_error: error };
  world.emit("payment_intent.payment_failed", world.records.put("intent", failed));
  return failed;
}

function complete(
  world: World,
  session: Session,
  payment_status: Stripe.Checkout.Session.PaymentStatus,
  { email = session.customer_email ?? "shopper@example.test" }: Payment,
): Session {
  const customer_details = { ...nobody, ...session.customer_details, email };
  const done = { ...session, status: "complete" as const, payment_status, customer_details, url: null };
  return world.records.put("session", done);
}

function extrasOf(world: World, id: string) {
  return world.records.find("extras", id) ?? { id, lineItems: [], intentData: {} };
}
