import { IdSchema } from "@/contracts/common";
import type { SessionFacts } from "../stripe/session-facts";
import { findPayment } from "./find-payment";
import { afterwardsOf, type EventName, type Settled, settle } from "./settle";

/**
 * Settles the payment that a session is for, by what Stripe says of the session, with the event that said so, if one
 * did. `null`: it is for none of ours (another program on the same account). One that names a payment of ours and is
 * not that payment's own settles nothing: `another_session`.
 */
export async function settleSession(facts: SessionFacts, event?: EventName): Promise<Settled | null> {
  const found = await findPayment(nameOf(facts));
  if (!found) return null;
  const { payment, serverNow } = found;
  return settle(payment, facts, afterwardsOf(payment, serverNow), event);
}

/** Our own id of the payment, which is known to us before the session's is written down. */
function nameOf({ paymentId, sessionId }: SessionFacts) {
  const ours = IdSchema.safeParse(paymentId);
  return ours.success ? { paymentId: ours.data } : { sessionId };
}
