import { z } from "zod";
import { logError, logInfo } from "../log";
import { callFunction } from "../supabase/call-function";

/** Rows of the trail per call: locked and written about for as long as one takes, a fraction of a second. */
const PART = 10_000;

/** No new part is begun after this many milliseconds: the rest is for the next day, or for pg_cron. */
const BUDGET_MS = 8_000;

const PartSchema = z.object({ trailRows: z.int(), counters: z.int(), more: z.boolean() });

/**
 * Prunes the trail by the age that the settings say, its totals kept, and what else is counted and old. In parts, within
 * its time; safe to repeat and to run several times at once. Never throws: what is left goes another day.
 */
export async function pruneOldRecords(now = () => performance.now()): Promise<void> {
  const end = now() + BUDGET_MS;
  let trailRows = 0;
  let counters = 0;
  try {
    for (let more = true; more && now() < end; ) {
      const part = await callFunction("prune_old_records", { p_limit: PART }, PartSchema);
      trailRows += part.trailRows;
      counters += part.counters;
      more = part.more;
    }
  } catch (error) {
    logError("prune_failed", { message: error instanceof Error ? error.message : String(error) });
  }
  if (trailRows + counters > 0) logInfo("pruned", { trailRows, counters });
}
