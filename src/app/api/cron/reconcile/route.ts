import { ReconciliationQuerySchema } from "@/contracts/orders";
import { eraseDueOrders } from "@/lib/checkout/erase-due-orders";
import { reconcileAll } from "@/lib/checkout/reconcile-all";
import { requireCronSecret } from "@/lib/http/cron-secret";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { logError } from "@/lib/log";
import { pruneOldRecords } from "@/lib/operations/prune";
import { watchShop } from "@/lib/operations/watch";

/**
 * The comparison of orders, holds and Stripe, for whoever shows `CRON_SECRET`: all of it, or as far as the time reaches,
 * and `next` says where to go on. Findings are logged. The beginning also does what is done once a day: it looks for
 * drift, prunes what is old, and forgets who the orders of erased accounts were for, once they have been sent.
 */
export const GET = route(async (request) => {
  requireCronSecret(request);
  const { after } = parseQuery(ReconciliationQuerySchema, request);
  if (after === undefined) await eraseDueOrders();
  const answer = await reconcileAll(after);
  for (const { kind, orderId, paymentId } of answer.findings) {
    logError("disagreement", { kind, orderId: orderId ?? undefined, paymentId: paymentId ?? undefined });
  }
  if (answer.next !== null) logError("reconciliation_unfinished", { next: answer.next });
  if (after === undefined) {
    await pruneOldRecords();
    await watchShop({ withDrift: true });
  }
  return personal(answer);
});
