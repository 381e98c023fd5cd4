import type { StripeEvent } from "../../stripe/stripe-event";
import { settleByEvent } from "./session-event";

/** A delayed method was paid. */
export const asyncPaymentSucceeded = (
  event: StripeEvent<"checkout.session.async_payment_succeeded">,
): Promise<string> => settleByEvent(event, event.data.object);
