import { factsOf, type SessionFacts } from "../../stripe/session-facts";
import type { StripeEvent, StripeSession } from "../../stripe/stripe-event";
import { noteEvent } from "../note-event";
import { settleSession } from "../settle-session";

/**
 * Settles the payment that a session's event is about, by what the event says of the session. The event is written
 * down in the same transaction. A session that is none of ours (another program on the same account) is noted.
 */
export async function settleByEvent(
  { id, type }: StripeEvent,
  session: StripeSession,
  more: Partial<SessionFacts> = {},
): Promise<string> {
  const settled = await settleSession({ ...factsOf(session), ...more }, { id, type });
  return settled ? settled.outcome : noteEvent({ id, type });
}
