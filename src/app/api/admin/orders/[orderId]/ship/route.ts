import { OrderParamsSchema, ShipBodySchema } from "@/contracts/orders";
import { shipOrder } from "@/lib/checkout/ship-order";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Says that an order was sent off. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/ship">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { orderId } = parse(OrderParamsSchema, await params);
  const body = await parseBody(ShipBodySchema, request);
  const answer = await shipOrder(orderId, body.tracking, { adminId, key: requestKeyOf(request, body) });
  workOffAfterwards();
  return personal(answer);
});
