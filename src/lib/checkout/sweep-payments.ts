import type { PaymentSweep } from "@/contracts/cleanup";
import { settleLapsed } from "./settle-lapsed";
import { workOff } from "./work-off";

/** No new part is begun after this many milliseconds: with the rest of the sweep well within what a function may take. */
const BUDGET_MS = 10_000;

/**
 * The sweep's second half: settles lapsed payments with Stripe, part by part, then pays back and writes to shoppers.
 * Safe to repeat and to run several times at once.
 */
export async function sweepPayments(now = () => performance.now()): Promise<PaymentSweep> {
  const end = now() + BUDGET_MS;
  const payments = { settled: 0, undone: 0 };
  for (;;) {
    const part = await settleLapsed();
    payments.settled += part.settled;
    payments.undone += part.undone;
    if (part.settled + part.undone === 0 || now() >= end) break;
  }
  return { payments, ...(await workOff()) };
}
