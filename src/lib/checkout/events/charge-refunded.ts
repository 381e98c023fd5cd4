import { refundsOf } from "../../stripe/refunds";
import type { StripeEvent } from "../../stripe/stripe-event";
import { noteEvent } from "../note-event";
import { recordFacts } from "./refund-event";

/**
 * Money of a charge went back. The event does not say by which refund, so Stripe is asked for all of them. The event
 * is written down with the last: after a crash between two of them it is delivered again, and each is known by its id.
 */
export async function chargeRefunded({ id, type, data }: StripeEvent<"charge.refunded">): Promise<string> {
  const intent = data.object.payment_intent;
  const intentId = typeof intent === "string" ? intent : intent?.id;
  const refunds = intentId ? await refundsOf(intentId) : [];
  const last = refunds.pop();
  if (!last) return noteEvent({ id, type });
  for (const refund of refunds) await recordFacts(refund);
  return recordFacts(last, { id, type });
}
