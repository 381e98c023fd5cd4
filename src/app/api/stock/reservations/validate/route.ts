import { ForecastBodySchema } from "@/contracts/forecast";
import { validate } from "@/lib/cart-utils/validate";
import { shopperOf } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** What would happen to the whole cart if the shopper paid now. */
export const GET = route(async (request) => personal(await validate(await shopperOf(request))));

/** The same for these holds. */
export const POST = route(async (request) => {
  const { reservationIds } = await parseBody(ForecastBodySchema, request);
  return personal(await validate(await shopperOf(request), reservationIds));
});
