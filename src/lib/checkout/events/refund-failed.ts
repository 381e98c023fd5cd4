import type { StripeEvent } from "../../stripe/stripe-event";
import { recordRefundOfEvent } from "./refund-event";

/** The money came back to us: the shopper has not got it, and the refund is on the worklist again. */
export const refundFailed = (event: StripeEvent<"refund.failed">): Promise<string> =>
  recordRefundOfEvent(event, event.data.object);
