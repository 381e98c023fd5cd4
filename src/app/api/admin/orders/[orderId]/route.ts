import { OrderParamsSchema } from "@/contracts/orders";
import { readOrder } from "@/lib/checkout/get-order";
import { requireAdmin } from "@/lib/http/identity";
import { parse } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Any order. */
export const GET = route<RouteContext<"/api/admin/orders/[orderId]">>(async (request, { params }) => {
  await requireAdmin(request);
  const { orderId } = parse(OrderParamsSchema, await params);
  return personal(await readOrder(orderId));
});
