import { BulkBodySchema } from "@/contracts/bulk";
import { bulkExtend } from "@/lib/cart-utils/bulk-extend";
import { bulkRelease } from "@/lib/cart-utils/bulk-release";
import { bulkReserve } from "@/lib/cart-utils/bulk-reserve";
import { type BulkResult, isPaymentInTheWay, shortOf } from "@/lib/cart-utils/bulk-result";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { settleOnRefusal } from "@/lib/checkout/settle-on-refusal";
import { shopperOf, shopperOrNewGuest } from "@/lib/http/identity";
import { parseBody } from "@/lib/http/parse";
import { ProblemError } from "@/lib/http/problem";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";
import { circumstancesOf } from "@/lib/http/source-address";

/** Holds, extends or gives back a whole cart. */
export const POST = route(async (request) => {
  const wish = await parseBody(BulkBodySchema, request);
  const key = requestKeyOf(request, wish);
  const { operation, items, mode } = wish;
  if (operation === "reserve") {
    const { shopperId, setCookie } = await shopperOrNewGuest(request);
    const hold = () => bulkReserve(shopperId, items, mode, circumstancesOf(request), key);
    const first = await hold();
    const isBetter = !first.ok && (await settleOnRefusal(shortOf(first)));
    return answer(isBetter ? await hold() : first, setCookie);
  }
  const change = operation === "extend" ? bulkExtend : bulkRelease;
  const ids = items.map((item) => item.reservationId);
  const shopperId = await shopperOf(request);
  const first = await change(shopperId, ids, mode, key);
  if (shopperId === null || !isPaymentInTheWay(first)) return answer(first);
  await makeWay(shopperId);
  return answer(await change(shopperId, ids, mode, key));
});

function answer(result: BulkResult, setCookie: string | null = null): Response {
  if (result.ok) return personal(result.value, { setCookie });
  const { serverNow, lines } = result;
  throw new ProblemError("bulk_refused", { serverNow, lines });
}
