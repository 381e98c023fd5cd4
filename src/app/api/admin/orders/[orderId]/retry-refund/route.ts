import { OrderParamsSchema, RetryRefundBodySchema } from "@/contracts/orders";
import { retryRefund } from "@/lib/checkout/retry-refund";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Asks Stripe again for a refund that failed. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/retry-refund">>(
  async (request, { params }) => {
    const { id: adminId } = await requireAdmin(request);
    const { orderId } = parse(OrderParamsSchema, await params);
    const body = await parseBody(RetryRefundBodySchema, request);
    const answer = await retryRefund(orderId, body.refundId, { adminId, key: requestKeyOf(request, body) });
    workOffAfterwards();
    return personal(answer);
  },
);
