import { ChangeBodySchema, ReleaseQuerySchema, ReserveBodySchema } from "@/contracts/reservations";
import { extend } from "@/lib/cart-utils/extend";
import { getCart } from "@/lib/cart-utils/get-cart";
import { release } from "@/lib/cart-utils/release";
import { reserve } from "@/lib/cart-utils/reserve";
import { setQuantity } from "@/lib/cart-utils/set-quantity";
import { confirmHold } from "@/lib/checkout/confirm-hold";
import { changeOrMakeWay } from "@/lib/checkout/open-payment-in-the-way";
import { settledAndAgain } from "@/lib/checkout/settle-on-refusal";
import { shopperOf, shopperOrNewGuest } from "@/lib/http/identity";
import { parseBody, parseQuery } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { valueOrProblem } from "@/lib/http/refusal";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";
import { circumstancesOf } from "@/lib/http/source-address";

/** The shopper's cart. */
export const GET = route(async (request) => personal(await getCart(await shopperOf(request))));

/** Holds units. A stranger becomes a guest with the first hold. */
export const POST = route(async (request) => {
  const wish = await parseBody(ReserveBodySchema, request);
  const key = requestKeyOf(request, wish);
  const { shopperId, setCookie } = await shopperOrNewGuest(request);
  const hold = () => reserve(shopperId, wish, circumstancesOf(request), key);
  const result = await settledAndAgain(await changeOrMakeWay(shopperId, hold), [wish.variantId], hold);
  const answer = valueOrProblem(result);
  return personal(answer, { status: 201, setCookie });
});

/** Extends a hold, sets its quantity, or says that it was sold. */
export const PUT = route(async (request) => {
  const change = await parseBody(ChangeBodySchema, request);
  const key = requestKeyOf(request, change);
  const shopperId = await shopperOf(request);
  if (!shopperId) throw new ProblemError("reservation_not_found");
  const { action, reservationId } = change;
  if (action === "confirm") return personal(await confirmHold(shopperId, reservationId, change.paymentId));
  const result = await changeOrMakeWay(shopperId, () =>
    action === "extend"
      ? extend(shopperId, reservationId, key)
      : setQuantity(shopperId, reservationId, change.quantity, key),
  );
  return personal(valueOrProblem(result));
});

/** Gives one hold back, or all of them. Repeating it is fine. */
export const DELETE = route(async (request) => {
  const query = parseQuery(ReleaseQuerySchema, request);
  const key = requestKeyOf(request, query);
  const shopperId = await shopperOf(request);
  if (!shopperId) return personal({ serverNow: (await getCart(null)).serverNow, released: 0 });
  const what = "all" in query ? "all" : query.reservationId;
  const result = await changeOrMakeWay(shopperId, () => release(shopperId, what, key));
  return personal(valueOrProblem(result));
});
