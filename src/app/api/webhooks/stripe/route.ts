import { handleEvent } from "@/lib/checkout/events/handle-event";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { readText } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { personal, route } from "@/lib/http/route";
import { countWebhookFailure } from "@/lib/operations/webhook-failures";
import { verifyEvent } from "@/lib/stripe/verify-event";

/** A card's whole charge with everything expanded stays well below it. */
const MAX_EVENT_BYTES = 1024 * 1024;

/**
 * Stripe tells what happened. Only what it signed counts, to the byte. Answered 200 once the effect is written down;
 * anything else is counted, and makes Stripe deliver the event again.
 */
export const POST = route(
  async (request) => {
    try {
      return await take(request);
    } catch (thrown) {
      countWebhookFailure(thrown);
      throw thrown;
    }
  },
  { isSigned: true },
);

async function take(request: Request): Promise<Response> {
  const body = await readText(request, MAX_EVENT_BYTES);
  const verified = verifyEvent(body, request.headers.get("stripe-signature"));
  if (!verified.ok) throw new ProblemError(verified.code);
  const outcome = await handleEvent(verified.event);
  workOffAfterwards();
  return personal({ outcome });
}
