import { OrderListQuerySchema } from "@/contracts/orders";
import { listOrders } from "@/lib/checkout/get-order";
import { requireUser } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** The orders of who is signed in, newest first. */
export const GET = route(async (request) => {
  const { id } = await requireUser(request);
  const { before } = parseQuery(OrderListQuerySchema, request);
  return personal(await listOrders(id, before));
});
