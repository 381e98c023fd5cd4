import type { StripeEvent } from "../../stripe/stripe-event";
import { chargeDisputeCreated } from "./charge-dispute-created";
import { chargeRefunded } from "./charge-refunded";
import { asyncPaymentFailed } from "./checkout-session-async-payment-failed";
import { asyncPaymentSucceeded } from "./checkout-session-async-payment-succeeded";
import { checkoutSessionCompleted } from "./checkout-session-completed";
import { checkoutSessionExpired } from "./checkout-session-expired";
import { refundFailed } from "./refund-failed";
import { refundUpdated } from "./refund-updated";

/**
 * Does what an event asks for, once however often it is delivered, and answers what that came to. `ignored`: of no
 * kind that the store listens to. Throws where it could not be done now, so that Stripe delivers it again.
 */
export function handleEvent(event: StripeEvent): Promise<string> {
  switch (event.type) {
    case "checkout.session.completed":
      return checkoutSessionCompleted(event);
    case "checkout.session.async_payment_succeeded":
      return asyncPaymentSucceeded(event);
    case "checkout.session.async_payment_failed":
      return asyncPaymentFailed(event);
    case "checkout.session.expired":
      return checkoutSessionExpired(event);
    case "charge.refunded":
      return chargeRefunded(event);
    case "refund.created":
    case "refund.updated":
      return refundUpdated(event);
    case "refund.failed":
      return refundFailed(event);
    case "charge.dispute.created":
      return chargeDisputeCreated(event);
    default:
      return Promise.resolve("ignored");
  }
}
