import type Stripe from "stripe";
import { invalid, noSuch } from "./api-error.ts";
import { newId, nowInSeconds, type World } from "./world.ts";

/** The shopper's bank takes the money of a charge back until the case is decided. */
export function openDispute(world: World, intentId: string, reason = "fraudulent"): Stripe.Dispute {
  const intent = world.records.find("intent", intentId);
  if (!intent) throw noSuch("payment_intent", intentId, "payment_intent");
  const charge = world.records.find("charge", String(intent.latest_charge));
  if (charge?.status !== "succeeded") throw invalid(`${intentId} has no successful charge to dispute.`);
  world.records.put("charge", { ...charge, disputed: true });
  const dispute = {
    id: newId("du"),
    object: "dispute",
    amount: charge.amount,
    balance_transactions: [],
    charge: charge.id,
    created: nowInSeconds(),
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence: {},
    evidence_details: {
      due_by: nowInSeconds() + 7 * 24 * 3600,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: intentId,
    reason,
    status: "needs_response",
    // The two dozen kinds of evidence, all null, are left out.
  } as unknown as Stripe.Dispute;
  world.emit("charge.dispute.created", world.records.put("dispute", dispute));
  return dispute;
}
