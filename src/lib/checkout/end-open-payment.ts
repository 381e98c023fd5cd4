import { logError } from "../log";
import { expireSession, retrieveSession } from "../stripe/sessions";
import { findPayment } from "./find-payment";
import { settle } from "./settle";
import type { SqlOrder } from "./sql-answers";

/**
 * What ending an open payment came to. `ended`: its holds are in the cart again, or it was over before. `paid`: too
 * late, the order says what became of it. `processing`: the bank has it, and only the bank ends it.
 */
export type Ended =
  | { outcome: "ended"; serverNow: string }
  | { outcome: "paid"; serverNow: string; order: Pick<SqlOrder, "orderId"> }
  | { outcome: "processing"; serverNow: string };

/**
 * Ends a payment for the shopper's sake: first at Stripe, so that nobody can pay it any more, then here. Nothing is
 * locked while Stripe is asked. Safe to repeat. Throws `StripeUnavailable`; then everything is as it was.
 */
export async function endOpenPayment(paymentId: string): Promise<Ended | null> {
  const found = await findPayment({ paymentId });
  if (!found) return null;
  const { payment } = found;
  const isBanks = payment.status === "processing";
  const end = isBanks ? retrieveSession : expireSession;
  const facts = payment.sessionId === null ? null : await end(payment.sessionId);
  const settled = await settle(payment, facts, "return");
  // Another tab's session was written down meanwhile. From now on it is known, so this happens once.
  if (settled.outcome === "another_session" && payment.sessionId === null) return endOpenPayment(paymentId);
  const { serverNow } = settled;
  switch (settled.outcome) {
    case "sold":
    case "refund_due":
      return { outcome: "paid", serverNow, order: settled.order };
    case "already":
      return settled.order.paidAt === null
        ? { outcome: "ended", serverNow }
        : { outcome: "paid", serverNow, order: settled.order };
    case "ended":
      return { outcome: "ended", serverNow };
    case "processing":
      return { outcome: "processing", serverNow };
    default:
      // Stripe did not end a session that it was told to end; whoever asks again asks Stripe again.
      logError("payment_not_ended", { paymentId, outcome: settled.outcome });
      return { outcome: "processing", serverNow };
  }
}
