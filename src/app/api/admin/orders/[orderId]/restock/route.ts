import { OrderParamsSchema, RestockBodySchema } from "@/contracts/orders";
import { decideRestock } from "@/lib/checkout/decide-restock";
import { workOffAfterwards } from "@/lib/checkout/work-off";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseBody } from "@/lib/http/parse";
import { requestKeyOf } from "@/lib/http/request-key";
import { personal, route } from "@/lib/http/route";

/** Decides whether the units of a refund's line go back on the shelf. */
export const POST = route<RouteContext<"/api/admin/orders/[orderId]/restock">>(
  async (request, { params }) => {
    const { id: adminId } = await requireAdmin(request);
    const { orderId } = parse(OrderParamsSchema, await params);
    const body = await parseBody(RestockBodySchema, request);
    const answer = await decideRestock(orderId, body, { adminId, key: requestKeyOf(request, body) });
    workOffAfterwards();
    return personal(answer);
  },
);
