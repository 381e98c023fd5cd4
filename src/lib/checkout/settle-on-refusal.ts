import type { Result } from "@/domain/outcomes";
import { logError } from "../log";
import { settleLapsed } from "./settle-lapsed";

/** A variant that is refused all the time is asked about at most so often by one process, in milliseconds. */
const PAUSE_MS = 1_000;

/** Remembered at most: whoever asks chooses the variants. */
const MOST_REMEMBERED = 1_000;

const askedAt = new Map<string, number>();

/**
 * After a shopper was refused these variants: settles the payments for them whose window is over, so that nobody waits
 * for a sweep. Answers whether any was, and asking again makes sense. Never throws: the refusal stands then.
 */
export async function settleOnRefusal(
  variantIds: readonly string[],
  now: () => number = Date.now,
): Promise<boolean> {
  const asked = variantIds.filter((variantId) => isDue(variantId, now()));
  if (asked.length === 0) return false;
  try {
    return (await settleLapsed(asked)).settled > 0;
  } catch (error) {
    logError("settlement_on_refusal_failed", { message: String(error) });
    return false;
  }
}

/** A refusal for want of stock is tried once more where settling lapsed payments may have freed some. */
export async function settledAndAgain<Value>(
  result: Result<Value>,
  variantIds: readonly string[],
  again: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  if (result.ok || result.refusal.code !== "insufficient_stock") return result;
  return (await settleOnRefusal(variantIds)) ? again() : result;
}

function isDue(variantId: string, now: number): boolean {
  const last = askedAt.get(variantId);
  if (last !== undefined && now - last < PAUSE_MS) return false;
  if (askedAt.size >= MOST_REMEMBERED) askedAt.clear();
  askedAt.set(variantId, now);
  return true;
}
