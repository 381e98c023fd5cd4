import { ReconciliationQuerySchema } from "@/contracts/orders";
import { eraseDueOrders } from "@/lib/checkout/erase-due-orders";
import { reconcileAll } from "@/lib/checkout/reconcile-all";
import { deadlineIn } from "@/lib/deadline";
import { requireCronSecret } from "@/lib/http/cron-secret";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";
import { logError } from "@/lib/log";
import { pruneOldRecords } from "@/lib/operations/prune";
import { watchShop } from "@/lib/operations/watch";

/** All of it, in milliseconds: well within the 60 seconds that a serverless function of the scheduler may take. */
const RUN_MS = 50_000;

/**
 * The comparison of orders, holds and Stripe, for whoever shows `CRON_SECRET`: all of it, or as far as the time reaches,
 * and `next` says where to go on. Findings are logged. The beginning also does what is done once a day, and first, for
 * it does not wait for Stripe: it prunes what is old, looks for drift, and forgets who the orders of erased accounts
 * were for, once they have been sent.
 */
export const GET = route(async (request) => {
  requireCronSecret(request);
  const { after } = parseQuery(ReconciliationQuerySchema, request);
  const run = deadlineIn(RUN_MS);
  if (after === undefined) {
    await pruneOldRecords();
    await watchShop({ withDrift: true });
    await eraseDueOrders();
  }
  const answer = await reconcileAll(after, run);
  for (const { kind, orderId, paymentId } of answer.findings) {
    logError("disagreement", { kind, orderId: orderId ?? undefined, paymentId: paymentId ?? undefined });
  }
  if (answer.next !== null) logError("reconciliation_unfinished", { next: answer.next });
  return personal(answer);
});
