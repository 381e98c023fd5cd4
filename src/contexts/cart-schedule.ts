import { soonestOf } from "@/domain/time-left";
import type { CartState } from "./cart-reducer";

/** The server ends a hold at `expiresAt`; asking a moment later spares an answer of "not yet". */
const AFTER_THE_END = 150;
const FIRST_RETRY = 1_000;
const LAST_RETRY = 15_000;

/**
 * When to read the cart again without being asked, in milliseconds from now; null: not at all.
 * `attempts` counts readings in a row that failed or still showed a hold whose time is up.
 */
export function nextReadIn(state: CartState, serverNow: number, attempts: number): number | null {
  const retry = Math.min(LAST_RETRY, FIRST_RETRY * 2 ** Math.max(0, attempts - 1));
  if (state.readFailure !== null) return retry;
  const soonest = soonestOf(state.cart?.lines ?? []);
  if (soonest === undefined) return null;
  const untilEnd = Date.parse(soonest.expiresAt) + AFTER_THE_END - serverNow;
  return attempts === 0 ? Math.max(0, untilEnd) : retry;
}
