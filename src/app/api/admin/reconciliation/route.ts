import { ReconciliationQuerySchema } from "@/contracts/orders";
import { reconcile } from "@/lib/checkout/reconcile";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** One part of the comparison of orders, holds and Stripe. Mends nothing. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  const { after } = parseQuery(ReconciliationQuerySchema, request);
  return personal(await reconcile(after));
});
