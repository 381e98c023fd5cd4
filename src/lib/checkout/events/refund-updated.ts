import type { StripeEvent } from "../../stripe/stripe-event";
import { recordRefundOfEvent } from "./refund-event";

/** A refund was made, arrived, or got another state. */
export const refundUpdated = (event: StripeEvent<"refund.created" | "refund.updated">): Promise<string> =>
  recordRefundOfEvent(event, event.data.object);
