import { BulkBodySchema } from "@/contracts/bulk";
import { bulkExtend } from "@/lib/cart-utils/bulk-extend";
import { bulkRelease } from "@/lib/cart-utils/bulk-release";
import { bulkReserve } from "@/lib/cart-utils/bulk-reserve";
import type { BulkResult } from "@/lib/cart-utils/bulk-result";
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
    return answer(await bulkReserve(shopperId, items, mode, circumstancesOf(request), key), setCookie);
  }
  const change = operation === "extend" ? bulkExtend : bulkRelease;
  const ids = items.map((item) => item.reservationId);
  return answer(await change(await shopperOf(request), ids, mode, key));
});

function answer(result: BulkResult, setCookie: string | null = null): Response {
  if (result.ok) return personal(result.value, { setCookie });
  const { serverNow, lines } = result;
  throw new ProblemError("bulk_refused", { serverNow, lines });
}
