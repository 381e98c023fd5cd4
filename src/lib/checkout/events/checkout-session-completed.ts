import type { StripeEvent } from "../../stripe/stripe-event";
import { settleByEvent } from "./session-event";

/** The shopper did their part. With a delayed method it is not paid yet: `unpaid`, and the bank has the last word. */
export const checkoutSessionCompleted = (event: StripeEvent<"checkout.session.completed">): Promise<string> =>
  settleByEvent(event, event.data.object);
