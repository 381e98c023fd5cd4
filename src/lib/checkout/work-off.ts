import { after } from "next/server";
import type { PaymentSweep } from "@/contracts/cleanup";
import { type Deadline, deadlineIn } from "../deadline";
import { logError } from "../log";
import { workOffMails } from "./work-off-mails";
import { type WorkedOff, workOffRefunds } from "./work-off-refunds";

/** Refunds have so many milliseconds behind an answer, and e-mails: one does not wait for the other's server. */
const EACH_MS = 10_000;

/**
 * Does outside what is written down to be done there: refunds first, for they may be followed by an e-mail. Part by
 * part, until nothing is left that nobody has claimed, or the time is over, whatever Stripe and the mail server do.
 * Safe to repeat and to run at once.
 */
export async function workOff(
  run: Deadline = deadlineIn(2 * EACH_MS),
  eachMs = EACH_MS,
): Promise<Pick<PaymentSweep, "refunds" | "mails">> {
  const refunds = await all(workOffRefunds, run.sooner(eachMs));
  return { refunds, mails: await all(workOffMails, run.sooner(eachMs)) };
}

async function all(
  work: (deadline: Deadline) => Promise<WorkedOff>,
  deadline: Deadline,
): Promise<PaymentSweep["refunds"]> {
  const total = { done: 0, undone: 0 };
  while (!deadline.isOver()) {
    const part = await work(deadline);
    total.done += part.done;
    total.undone += part.undone;
    if (part.done + part.undone === 0) return { ...total, more: false };
  }
  return { ...total, more: true };
}

/** One at a time per process, and one more for what was asked for meanwhile: a flood of events is no flood of these. */
const shared = globalThis as { holdfastWorkOff?: { isRunning: boolean; isWanted: boolean } };

/** The same as soon as the answer is on its way: nobody waits for it, and the sweep does what a crash leaves. */
export function workOffAfterwards(): void {
  after(workOffOnce);
}

async function workOffOnce(): Promise<void> {
  shared.holdfastWorkOff ??= { isRunning: false, isWanted: false };
  const state = shared.holdfastWorkOff;
  state.isWanted = true;
  if (state.isRunning) return;
  state.isRunning = true;
  try {
    while (state.isWanted) {
      state.isWanted = false;
      await workOff();
    }
  } catch (error) {
    logError("work_off_failed", { message: String(error) });
  } finally {
    state.isRunning = false;
  }
}
