import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import type { Disagreement, Reconciliation } from "@/contracts/orders";
import type { SessionFacts } from "../stripe/session-facts";
import { listSessions, retrieveSession } from "../stripe/sessions";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { findPayment } from "./find-payment";
import { type Payment, PaymentSchema, serverNow } from "./sql-answers";

const FindingSchema = z.object({
  kind: z.string(),
  orderId: IdSchema.nullish().default(null),
  orderNumber: z.int().nullish().default(null),
  paymentId: IdSchema.nullish().default(null),
  expected: z.string().nullish().default(null),
  found: z.string().nullish().default(null),
});
const StockSchema = z.object({ serverNow, findings: z.array(FindingSchema) });
const MoneySchema = z.object({ outcome: z.enum(["found", "not_found"]) });
const PaymentsSchema = z.object({ serverNow, payments: z.array(PaymentSchema) });

/** Payments per call: each is one question to Stripe. */
const PART = 25;
const AT_ONCE = 5;

/** Sessions that Stripe has and we do not know of are looked for so far back. */
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Compares orders, holds and Stripe, and mends nothing. The first part (without `after`) also says what the database
 * sees by itself, and which paid sessions of the last day it never heard of. Throws `StripeUnavailable`.
 */
export async function reconcile(after?: string): Promise<Reconciliation> {
  const args = { p_limit: PART, ...(after && { p_after: after }) };
  const { payments, serverNow } = await callFunction(
    "payments_to_reconcile",
    args,
    PaymentsSchema,
    IF_IDEMPOTENT,
  );
  const findings = after ? [] : [...(await withinDatabase()), ...(await unheardOf(serverNow))];
  for (let from = 0; from < payments.length; from += AT_ONCE) {
    const compared = await Promise.all(payments.slice(from, from + AT_ONCE).map(compare));
    findings.push(...compared.flat());
  }
  const next = payments.length === PART ? (payments.at(-1)?.paymentId ?? null) : null;
  return { serverNow, compared: payments.length, findings, next };
}

async function withinDatabase(): Promise<Disagreement[]> {
  return (await callFunction("reconcile_stock", {}, StockSchema, IF_IDEMPOTENT)).findings;
}

async function compare(payment: Payment): Promise<Disagreement[]> {
  if (payment.sessionId === null) return [];
  const session = await retrieveSession(payment.sessionId);
  const found = disagreements(payment, session);
  // Its checkout ended without a sale, because the money had been entered by hand as another order.
  const isSettled = found.some(({ kind }) => kind === "paid_without_stock") && (await isInBooks(session));
  return isSettled ? [] : found;
}

/** What a payment and its session do not agree on. */
export function disagreements(payment: Payment, session: SessionFacts | null): Disagreement[] {
  const { orderId, orderNumber, paymentId, status, amountCents, currency } = payment;
  const subject = { orderId, orderNumber, paymentId };
  const isPaidHere = status === "succeeded";
  const isPaidThere = session?.status === "complete" && session.paymentStatus !== "unpaid";
  if (isPaidThere && !isPaidHere) {
    return [{ kind: "paid_without_stock", ...subject, expected: "succeeded", found: status }];
  }
  if (isPaidHere && !isPaidThere) {
    return [
      { kind: "stock_without_payment", ...subject, expected: "paid", found: session?.status ?? "unknown" },
    ];
  }
  const isOver = status === "expired" || status === "failed";
  if (isOver && session?.status === "open") {
    return [{ kind: "payable_without_stock", ...subject, expected: "expired", found: "open" }];
  }
  const wanted = `${amountCents} ${currency}`;
  const asked = session ? `${session.amountCents} ${session.currency}` : wanted;
  if (asked !== wanted) return [{ kind: "another_amount", ...subject, expected: wanted, found: asked }];
  return [];
}

/**
 * Paid sessions of ours (they carry a payment's id) whose payment does not exist, or knows another session, and whose
 * money the books do not account for: a second payment goes back by itself.
 */
async function unheardOf(now: string): Promise<Disagreement[]> {
  const findings: Disagreement[] = [];
  for await (const session of listSessions(Math.floor(Date.parse(now) / 1_000) - DAY_SECONDS)) {
    const isPaid = session.status === "complete" && session.paymentStatus === "paid";
    if (!isPaid || !IdSchema.safeParse(session.paymentId).success) continue;
    const found = await findPayment({ paymentId: session.paymentId ?? "" });
    if (found?.payment.sessionId === session.sessionId || (await isInBooks(session))) continue;
    findings.push({
      kind: "paid_without_order",
      orderId: found?.order.orderId ?? null,
      orderNumber: found?.order.number ?? null,
      paymentId: session.paymentId,
      expected: found?.payment.sessionId ?? null,
      found: session.sessionId,
    });
  }
  return findings;
}

/** Whether the money of a session is an order's, or goes back. Who paid it back once more would give it twice. */
async function isInBooks(session: SessionFacts | null): Promise<boolean> {
  if (!session?.paymentIntentId) return false;
  const args = { p_payment_intent_id: session.paymentIntentId };
  const { outcome } = await callFunction("find_money", args, MoneySchema, IF_IDEMPOTENT);
  return outcome === "found";
}
