import { OrderParamsSchema, OrderQuerySchema } from "@/contracts/orders";
import { getOrder } from "@/lib/checkout/get-order";
import { shopperOf } from "@/lib/http/identity";
import { parse, parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** An order, for the shopper who made it or whoever has the key of its link. */
export const GET = route<RouteContext<"/api/orders/[orderId]">>(async (request, { params }) => {
  const { orderId } = parse(OrderParamsSchema, await params);
  const { key } = parseQuery(OrderQuerySchema, request);
  return personal(await getOrder(orderId, await shopperOf(request), key));
});
