import type { PaymentSweep } from "@/contracts/cleanup";
import { type Deadline, deadlineIn } from "../deadline";
import { settleLapsed } from "./settle-lapsed";
import { workOff } from "./work-off";

/**
 * All of it, in milliseconds: with the holds that are swept afterwards it is well within the 30 seconds that a
 * serverless function may take, also while Stripe hangs.
 */
const RUN_MS = 18_000;

/** Settling has so much of it, and refunds and e-mails so much each. */
const SETTLING_MS = 8_000;
const EACH_MS = 5_000;

/**
 * The sweep's second half: settles lapsed payments with Stripe, part by part, then pays back and writes to shoppers.
 * What is not done when the time is over is left for the next run. Safe to repeat and to run several times at once.
 */
export async function sweepPayments(run: Deadline = deadlineIn(RUN_MS)): Promise<PaymentSweep> {
  const payments = await settleAll(run.sooner(SETTLING_MS));
  return { payments, ...(await workOff(run, EACH_MS)) };
}

async function settleAll(deadline: Deadline): Promise<PaymentSweep["payments"]> {
  const total = { settled: 0, undone: 0 };
  while (!deadline.isOver()) {
    const part = await settleLapsed(undefined, deadline);
    total.settled += part.settled;
    total.undone += part.undone;
    if (part.settled + part.undone === 0) return { ...total, more: false };
  }
  return { ...total, more: true };
}
