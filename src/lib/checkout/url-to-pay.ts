import { z } from "zod";
import { logError } from "../log";
import type { SessionFacts } from "../stripe/session-facts";
import { createSession, expireSession, retrieveSession } from "../stripe/sessions";
import { StripeRefused, StripeUnavailable } from "../stripe/stripe-error";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { orderUrl } from "./order-link";
import { sessionOfPayment } from "./session-of-payment";
import { afterwardsOf, settle } from "./settle";
import { type Payment, PaymentSchema, serverNow } from "./sql-answers";

const RecordedSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("recorded"), serverNow, payment: PaymentSchema }),
  z.object({ outcome: z.enum(["payment_ended", "not_found"]), serverNow }),
]);

/**
 * Where the shopper pays a pinned payment, or reads of it where it was paid in another tab; `null` where it ended
 * under our hands. The row was written before, Stripe is asked now, and the row again: a crash between any two of
 * them is healed by whoever asks next, for the same payment makes the same session.
 */
export async function urlToPay(payment: Payment, isNew: boolean, now: string): Promise<string | null> {
  // A key that is sent again is answered with its payment as it is now, which may be over.
  if (payment.status !== "open") return orderUrl(payment.orderId);
  if (payment.sessionId !== null && !isNew) return urlOfKnown(payment, payment.sessionId, now);
  const session = await makeSession(payment);
  const args = {
    p_payment_id: payment.paymentId,
    p_session_id: session.sessionId,
    p_session_url: session.url ?? "",
  };
  const recorded = await callFunction("record_session", args, RecordedSchema, IF_IDEMPOTENT);
  if (recorded.outcome === "recorded" && session.url !== null) return session.url;
  // Nobody was told of it, and nobody may pay for what is not pinned any more.
  if (recorded.outcome !== "recorded") await expireSession(session.sessionId);
  return null;
}

async function urlOfKnown(payment: Payment, sessionId: string, now: string): Promise<string | null> {
  const session = await retrieveSession(sessionId);
  if (session?.status === "open") return session.url;
  const settled = await settle(payment, session, afterwardsOf(payment, now));
  const isOver = settled.outcome === "ended" || settled.outcome === "not_found";
  return isOver ? null : orderUrl(payment.orderId);
}

async function makeSession(payment: Payment): Promise<SessionFacts> {
  try {
    return await createSession(sessionOfPayment(payment));
  } catch (error) {
    if (!(error instanceof StripeRefused)) throw error;
    // A cart that Stripe would never take, or settings of the account: the shopper can go back, the shop has to look.
    const { code, message } = error;
    logError("session_refused", { paymentId: payment.paymentId, code, message });
    throw new StripeUnavailable(message, { cause: error });
  }
}
