import { CancelBodySchema, OrderParamsSchema } from "@/contracts/orders";
import { cancelOrder } from "@/lib/checkout/cancel-order";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Calls an order off: what is left of its money goes back. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/cancel">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { orderId } = parse(OrderParamsSchema, await params);
  const body = await parseBody(CancelBodySchema, request);
  const answer = await cancelOrder(orderId, body.restock, { adminId, key: requestKeyOf(request, body) });
  workOffAfterwards();
  return personal(answer);
});
