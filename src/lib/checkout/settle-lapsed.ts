import { z } from "zod";
import { type Deadline, deadlineIn } from "../deadline";
import { logError } from "../log";
import { expireSession, retrieveSession } from "../stripe/sessions";
import { callFunction } from "../supabase/call-function";
import { settle } from "./settle";
import { type Payment, PaymentSchema } from "./sql-answers";

const ClaimSchema = z.object({ payments: z.array(PaymentSchema) });

/** Payments per claim: Stripe is asked about all of them well before the claim ends (60 s). */
const CLAIM = 20;

/** Questions to Stripe at a time. */
const AT_ONCE = 5;

/** Whoever waits for one part alone waits so long at most, in milliseconds. */
const PATIENCE_MS = 8_000;

/** Payments whose window was over: `settled` are done with, `undone` are tried again when their claim has ended. */
export type SettledLapsed = { settled: number; undone: number };

/**
 * Settles payments whose window is over: ends each at Stripe first, then here, and its units are free; one that was
 * paid becomes its sale or refund. Claimed, so that each is settled by one at a time; of these variants alone, where
 * they are named. When the time is over it answers, whatever Stripe does: the rest is undone. Never throws because of
 * Stripe.
 */
export async function settleLapsed(
  variantIds?: readonly string[],
  deadline: Deadline = deadlineIn(PATIENCE_MS),
): Promise<SettledLapsed> {
  const args = { p_limit: CLAIM, ...(variantIds && { p_variant_ids: [...variantIds] }) };
  const { payments } = await callFunction("claim_settlements", args, ClaimSchema);
  const total = { settled: 0, undone: 0 };
  for (let from = 0; from < payments.length; from += AT_ONCE) {
    const done = await Promise.all(
      payments.slice(from, from + AT_ONCE).map((payment) => deadline.within(() => settleOne(payment))),
    );
    for (const isDone of done) total[isDone ? "settled" : "undone"]++;
  }
  return total;
}

/** Whether it is done with. Whatever went wrong with one may not keep the others. */
async function settleOne(payment: Payment): Promise<boolean> {
  try {
    // What the bank works on cannot be ended, only looked at.
    const ask = payment.status === "processing" ? retrieveSession : expireSession;
    const facts = payment.sessionId === null ? null : await ask(payment.sessionId);
    const { outcome } = await settle(payment, facts, "expire");
    // `another_session`: one was written down since the claim, and the next claim ends that.
    return outcome !== "still_open" && outcome !== "processing" && outcome !== "another_session";
  } catch (error) {
    logError("payment_not_settled", { paymentId: payment.paymentId, message: String(error) });
    return false;
  }
}
