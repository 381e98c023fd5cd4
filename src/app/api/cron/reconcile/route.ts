import { ReconciliationQuerySchema } from "@/contracts/orders";
import { eraseDueOrders } from "@/lib/checkout/erase-due-orders";
import { reconcile } from "@/lib/checkout/reconcile";
import { requireCronSecret } from "@/lib/http/cron-secret";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { logError } from "@/lib/log";
import { watchShop } from "@/lib/operations/watch";

/**
 * One part of the comparison of orders, holds and Stripe, for whoever shows `CRON_SECRET`. Findings are logged. The first
 * part of a day also looks for drift and forgets who the orders of erased accounts were for, once they have been sent.
 */
export const GET = route(async (request) => {
  requireCronSecret(request);
  const { after } = parseQuery(ReconciliationQuerySchema, request);
  if (after === undefined) await eraseDueOrders();
  const answer = await reconcile(after);
  for (const { kind, orderId, paymentId } of answer.findings) {
    logError("disagreement", { kind, orderId: orderId ?? undefined, paymentId: paymentId ?? undefined });
  }
  if (after === undefined) await watchShop({ withDrift: true });
  return personal(answer);
});
