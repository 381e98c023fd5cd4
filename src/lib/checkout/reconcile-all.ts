import type { Reconciliation } from "@/contracts/orders";
import type { Deadline } from "../deadline";
import { StripeUnavailable } from "../stripe/stripe-error";
import { reconcile } from "./reconcile";

/** No new part is begun after this many milliseconds. */
const BUDGET_MS = 20_000;

/**
 * Compares part by part until all is compared, or the time is used up: then `next` says where to go on, with the part
 * that was not done by the deadline, however slowly Stripe answers. Throws `StripeUnavailable`, also where not even the
 * first part was done in time.
 */
export async function reconcileAll(
  after: string | undefined,
  deadline: Deadline,
  part: (after?: string) => Promise<Reconciliation> = reconcile,
): Promise<Reconciliation> {
  const beginning = deadline.sooner(BUDGET_MS);
  const whole = await deadline.within(() => part(after));
  if (whole === null) throw new StripeUnavailable("The comparison took too long");
  while (whole.next !== null && !beginning.isOver()) {
    const from = whole.next;
    const more = await deadline.within(() => part(from));
    if (more === null) break;
    const { serverNow, compared, findings, next } = more;
    whole.serverNow = serverNow;
    whole.compared += compared;
    whole.findings.push(...findings);
    whole.next = next;
  }
  return whole;
}
