import { OrderParamsSchema, RefundBodySchema } from "@/contracts/orders";
import { refundOrder } from "@/lib/checkout/refund-order";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Pays units of an order back, or an amount. With an `Idempotency-Key`, once however often it is sent. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/refund">>(async (request, { params }) => {
  const { id: adminId } = await requireAdmin(request);
  const { orderId } = parse(OrderParamsSchema, await params);
  const wish = await parseBody(RefundBodySchema, request);
  const answer = await refundOrder(orderId, wish, adminId, requestKeyOf(request, wish));
  workOffAfterwards();
  return personal(answer);
});
