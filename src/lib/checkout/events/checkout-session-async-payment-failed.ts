import type { StripeEvent } from "../../stripe/stripe-event";
import { settleByEvent } from "./session-event";

/** The bank said no to a delayed method. The session alone does not say so: it stays complete and unpaid. */
export const asyncPaymentFailed = (
  event: StripeEvent<"checkout.session.async_payment_failed">,
): Promise<string> => settleByEvent(event, event.data.object, { failed: true });
