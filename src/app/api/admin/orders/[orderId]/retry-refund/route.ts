import { OrderParamsSchema, RetryRefundBodySchema } from "@/contracts/orders";
import { retryRefund } from "@/lib/checkout/retry-refund";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Asks Stripe again for a refund that failed. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/retry-refund">>(
  async (request, { params }) => {
    await requireAdmin(request);
    const { orderId } = parse(OrderParamsSchema, await params);
    const body = await parseBody(RetryRefundBodySchema, request);
    const answer = await retryRefund(orderId, body.refundId);
    workOffAfterwards();
    return personal(answer);
  },
);
