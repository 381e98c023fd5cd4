import { AdminOrdersQuerySchema } from "@/contracts/orders";
import { searchOrders } from "@/lib/checkout/get-order";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Every order of the shop, newest first, or what a filter leaves of them. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  const { before, ...filter } = parseQuery(AdminOrdersQuerySchema, request);
  return personal(await searchOrders(filter, before));
});
