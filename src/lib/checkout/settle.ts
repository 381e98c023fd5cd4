import { z } from "zod";
import { IdSchema } from "@/contracts/common";
import type { SessionFacts } from "../stripe/session-facts";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { type Payment, SqlOrderSchema, serverNow } from "./sql-answers";

/** An event of Stripe, to be written down in the transaction of its effect. */
export type EventName = { id: string; type: string };

/** What becomes of the holds of a payment that ended without money: back to the cart, or free for everybody. */
export type Afterwards = "return" | "expire";

const order = SqlOrderSchema;
const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("sold"), serverNow, order }),
  z.object({ outcome: z.literal("refund_due"), serverNow, order, refundId: IdSchema }),
  z.object({ outcome: z.literal("already"), serverNow, order }),
  z.object({ outcome: z.literal("processing"), serverNow }),
  z.object({ outcome: z.literal("ended"), serverNow }),
  z.object({ outcome: z.literal("still_open"), serverNow }),
  z.object({ outcome: z.literal("not_found"), serverNow }),
  z.object({ outcome: z.literal("another_session"), serverNow }),
  z.object({ outcome: z.literal("duplicate_event"), serverNow }),
]);
export type Settled = z.infer<typeof AnswerSchema>;

/**
 * The one completion of a payment: tells the database what Stripe says of its session. Webhook, the shopper's return
 * and the sweep all come here; it is idempotent, in whatever order they come. `facts` is `null` where no session was
 * ever recorded, or Stripe knows it no more: then nobody can pay. Where one was recorded since `payment` was read, that
 * is `another_session`: read it anew and ask Stripe.
 */
export function settle(
  payment: Pick<Payment, "paymentId" | "sessionId" | "amountCents" | "currency">,
  facts: SessionFacts | null,
  afterwards: Afterwards,
  event?: EventName,
): Promise<Settled> {
  const args = {
    p_payment_id: payment.paymentId,
    p_stripe: facts
      ? toldOf(facts)
      : {
          ...UNPAYABLE,
          sessionId: payment.sessionId,
          amountCents: payment.amountCents,
          currency: payment.currency,
        },
    p_then: afterwards,
    ...(event && { p_event_id: event.id, p_event_type: event.type }),
  };
  return callFunction("settle_payment", args, AnswerSchema, IF_IDEMPOTENT);
}

const UNPAYABLE = {
  status: "expired",
  paymentStatus: "unpaid",
  paymentIntentId: null,
  failed: false,
} as const;

function toldOf({
  sessionId,
  status,
  paymentStatus,
  amountCents,
  currency,
  paymentIntentId,
  failed,
  madeFor,
}: SessionFacts) {
  return { sessionId, status, paymentStatus, amountCents, currency, paymentIntentId, failed, madeFor };
}

/** While the window is not over its holds are the shopper's; afterwards everybody's. */
export function afterwardsOf({ windowEndsAt }: Pick<Payment, "windowEndsAt">, now: string): Afterwards {
  return windowEndsAt !== null && Date.parse(now) < Date.parse(windowEndsAt) ? "return" : "expire";
}
