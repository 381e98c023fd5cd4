import { after } from "next/server";
import type { PaymentSweep } from "@/contracts/cleanup";
import { logError } from "../log";
import { workOffMails } from "./work-off-mails";
import { type WorkedOff, workOffRefunds } from "./work-off-refunds";

/** No new part is begun after this many milliseconds: with what was before well within what a function may take. */
const BUDGET_MS = 10_000;

/**
 * Does outside what is written down to be done there: refunds first, for they may be followed by an e-mail. Part by
 * part, until nothing is left that nobody has claimed, or the time is used up. Safe to repeat and to run at once.
 */
export async function workOff(
  now = () => performance.now(),
): Promise<Pick<PaymentSweep, "refunds" | "mails">> {
  const end = now() + BUDGET_MS;
  return { refunds: await all(workOffRefunds), mails: await all(workOffMails) };

  async function all(work: () => Promise<WorkedOff>): Promise<WorkedOff> {
    const total = { done: 0, undone: 0 };
    for (;;) {
      const part = await work();
      total.done += part.done;
      total.undone += part.undone;
      if (part.done + part.undone === 0 || now() >= end) return total;
    }
  }
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
