import { CheckoutBodySchema } from "@/contracts/checkout";
import { getCheckout } from "@/lib/checkout/get-checkout";
import { goBack } from "@/lib/checkout/go-back";
import { startCheckout } from "@/lib/checkout/start-checkout";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { shopperOf } from "@/lib/http/identity";
import { ownOrigin } from "@/lib/http/own-origin";
import { parseBody } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** What the cart costs now, and the payment that is open. */
export const GET = route(async (request) => personal(await getCheckout(await shopperOf(request))));

/** Buys the cart as it was seen: pins it, and answers where to pay. */
export const POST = route(async (request) => {
  const wish = await parseBody(CheckoutBodySchema, request);
  const key = requestKeyOf(request, wish);
  const shopperId = await shopperOf(request);
  if (!shopperId) throw new ProblemError("cart_empty", { serverNow: (await getCheckout(null)).serverNow });
  const answer = await startCheckout(shopperId, wish, ownOrigin(request), key);
  workOffAfterwards();
  return personal(answer, { status: 201 });
});

/** Back to the cart: ends the open payment. Repeating it is fine. */
export const DELETE = route(async (request) => {
  const shopperId = await shopperOf(request);
  if (!shopperId) return personal({ serverNow: (await getCheckout(null)).serverNow, outcome: "none" });
  const answer = await goBack(shopperId);
  workOffAfterwards();
  return personal(answer);
});
