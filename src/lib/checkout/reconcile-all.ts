import type { Reconciliation } from "@/contracts/orders";
import { reconcile } from "./reconcile";

/** No new part is begun after this many milliseconds: well within what a serverless function may take. */
const BUDGET_MS = 20_000;

/** Compares part by part until all is compared, or the time is used up: then `next` says where to go on. */
export async function reconcileAll(
  after?: string,
  part: (after?: string) => Promise<Reconciliation> = reconcile,
  now = () => performance.now(),
): Promise<Reconciliation> {
  const end = now() + BUDGET_MS;
  const whole = await part(after);
  while (whole.next !== null && now() < end) {
    const { serverNow, compared, findings, next } = await part(whole.next);
    whole.serverNow = serverNow;
    whole.compared += compared;
    whole.findings.push(...findings);
    whole.next = next;
  }
  return whole;
}
