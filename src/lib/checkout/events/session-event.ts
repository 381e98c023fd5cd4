import { IdSchema } from "@/contracts/common";
import { factsOf, type SessionFacts } from "../../stripe/session-facts";
import type { StripeEvent, StripeSession } from "../../stripe/stripe-event";
import { findPayment } from "../find-payment";
import { noteEvent } from "../note-event";
import { afterwardsOf, settle } from "../settle";

/**
 * Settles the payment that a session's event is about, by what the event says of the session. The event is written
 * down in the same transaction. A session that is none of ours (another program on the same account) is noted.
 */
export async function settleByEvent(
  { id, type }: StripeEvent,
  session: StripeSession,
  more: Partial<SessionFacts> = {},
): Promise<string> {
  const facts = { ...factsOf(session), ...more };
  const found = await findPayment(nameOf(facts));
  if (!found) return noteEvent({ id, type });
  const { payment, serverNow } = found;
  return (await settle(payment, facts, afterwardsOf(payment, serverNow), { id, type })).outcome;
}

/** Our own id of the payment, which is known to us before the session's is written down. */
function nameOf({ paymentId, sessionId }: SessionFacts) {
  const ours = IdSchema.safeParse(paymentId);
  return ours.success ? { paymentId: ours.data } : { sessionId };
}
