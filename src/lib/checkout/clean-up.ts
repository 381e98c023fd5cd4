import type { CleanupAnswer } from "@/contracts/cleanup";
import { cleanUpReservations } from "../cart-utils/reservation-cleanup";
import { sweepPayments } from "./sweep-payments";

/** The whole sweep: lapsed payments first, for their holds may lapse with them, then lapsed holds. Safe to repeat. */
export async function cleanUp(): Promise<CleanupAnswer> {
  const payments = await sweepPayments();
  return { ...(await cleanUpReservations()), ...payments };
}
