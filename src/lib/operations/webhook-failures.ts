import { setTimeout as sleep } from "node:timers/promises";
import { after } from "next/server";
import { z } from "zod";
import { ProblemError } from "../http/problem";
import { logWarning } from "../log";
import { StripeUnavailable } from "../stripe/stripe-error";
import { callFunction } from "../supabase/call-function";
import { DatabaseUnavailable } from "../supabase/database-error";

/** Why a delivery was not taken, as the table `webhook_failures` counts it. */
export type FailureReason =
  | "signature_refused"
  | "wrong_mode"
  | "body_too_large"
  | "payment_unavailable"
  | "database_unavailable"
  | "failed";

/** A process writes no more often than that, however many requests somebody forges. */
const PAUSE_MS = 1_000;

const shared = globalThis as {
  holdfastWebhookFailures?: { counts: Map<FailureReason, number>; isWriting: boolean };
};

/** What a thrown thing is counted as. */
export function failureReasonOf(thrown: unknown): FailureReason {
  if (thrown instanceof StripeUnavailable) return "payment_unavailable";
  if (thrown instanceof DatabaseUnavailable) return "database_unavailable";
  if (!(thrown instanceof ProblemError)) return "failed";
  const { code } = thrown;
  // A body that broke off bears no signature that holds, and is no failure of ours: anybody can close a connection.
  if (code === "malformed_json") return "signature_refused";
  return code === "signature_refused" || code === "wrong_mode" || code === "body_too_large" ? code : "failed";
}

/**
 * Counts a delivery of Stripe's, or of somebody who plays Stripe, that is not taken, for the shop's health. Nobody waits
 * for it, and it never throws: what cannot be written down, because the database is away, is logged with its number.
 */
export function countWebhookFailure(thrown: unknown): void {
  const { counts } = stateOfProcess();
  const reason = failureReasonOf(thrown);
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
  after(write);
}

function stateOfProcess() {
  shared.holdfastWebhookFailures ??= { counts: new Map(), isWriting: false };
  return shared.holdfastWebhookFailures;
}

/** One write at a time per process; what fails meanwhile goes into the next. */
async function write(): Promise<void> {
  const state = stateOfProcess();
  if (state.isWriting) return;
  state.isWriting = true;
  while (state.counts.size > 0) {
    const failures = [...state.counts].map(([reason, deliveries]) => ({ reason, deliveries }));
    state.counts.clear();
    try {
      const args = { p_failures: failures };
      await callFunction("count_webhook_failures", args, z.object({ outcome: z.literal("counted") }));
    } catch {
      for (const failure of failures) logWarning("webhook_failures_not_counted", failure);
    }
    await sleep(PAUSE_MS);
  }
  state.isWriting = false;
}
