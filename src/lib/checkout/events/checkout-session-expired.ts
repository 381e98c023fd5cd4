import type { StripeEvent } from "../../stripe/stripe-event";
import { settleByEvent } from "./session-event";

/** Nobody can pay it any more: by Stripe's own clock, or because we ended it and the event was faster than we are. */
export const checkoutSessionExpired = (event: StripeEvent<"checkout.session.expired">): Promise<string> =>
  settleByEvent(event, event.data.object);
