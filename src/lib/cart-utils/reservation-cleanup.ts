import { z } from "zod";
import type { HoldSweep } from "@/contracts/cleanup";
import { InstantSchema } from "@/contracts/common";
import { callFunction } from "../supabase/call-function";

/** Holds per batch: each is one transaction, so that nobody waits long for its locks. */
const BATCH = 500;

/** No new batch is begun after this many milliseconds: well within what a serverless function may take. */
const BUDGET_MS = 8_000;

const AnswerSchema = z.object({
  serverNow: InstantSchema,
  expired: z.int(),
  units: z.int(),
  more: z.boolean(),
});

const PrunedSchema = z.object({ more: z.boolean() });
const WatchedSchema = z.object({ opened: z.int(), closed: z.int() });

/**
 * Marks lapsed holds expired, batch by batch, until none are left or the time is used up, and then forgets what
 * was noted of network addresses and says nothing any more, and looks which variants are low. Housekeeping alone: whoever needs lapsed units takes them
 * without it. Safe to repeat and to run several times at once.
 */
export async function cleanUpReservations(now = () => performance.now()): Promise<HoldSweep> {
  const end = now() + BUDGET_MS;
  const total = { expired: 0, units: 0, batches: 0 };
  const swept = await sweep();
  while ((await callFunction("prune_sources", {}, PrunedSchema)).more && now() < end);
  await callFunction("watch_low_stock", {}, WatchedSchema);
  return swept;

  async function sweep(): Promise<HoldSweep> {
    for (;;) {
      const batch = await callFunction("expire_reservations", { p_limit: BATCH }, AnswerSchema);
      total.expired += batch.expired;
      total.units += batch.units;
      total.batches++;
      if (!batch.more || now() >= end) return { serverNow: batch.serverNow, ...total, more: batch.more };
    }
  }
}
