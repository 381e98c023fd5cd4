import type { CleanupAnswer } from "@/contracts/cleanup";
import { cleanUpReservations } from "../cart-utils/reservation-cleanup";
import { logWarning } from "../log";
import { sweepPayments } from "./sweep-payments";

/**
 * The whole sweep: lapsed payments first, for their holds may lapse with them, then lapsed holds, which wait a bounded
 * time for Stripe. What is left is said, and logged. Safe to repeat.
 */
export async function cleanUp(): Promise<CleanupAnswer> {
  const payments = await sweepPayments();
  const left = Object.entries(payments).filter(([, { more }]) => more);
  if (left.length > 0) logWarning("sweep_unfinished", { left: left.map(([name]) => name).join(", ") });
  return { ...(await cleanUpReservations()), ...payments };
}
