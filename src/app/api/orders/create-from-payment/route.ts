import { CreateFromPaymentBodySchema } from "@/contracts/orders";
import { createFromPayment } from "@/lib/checkout/create-from-payment";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { shopperOf } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** The shopper came back from Stripe: completes the payment as Stripe says it is, and answers the order. */
export const POST = route(async (request) => {
  const { sessionId, key } = await parseBody(CreateFromPaymentBodySchema, request);
  const answer = await createFromPayment(sessionId, await shopperOf(request), key);
  workOffAfterwards();
  return personal(answer);
});
