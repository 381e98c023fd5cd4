import { z } from "zod";
import { callFunction } from "../supabase/call-function";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("transferred"), merged: z.int(), moved: z.int() }),
  z.object({ outcome: z.literal("payment_open") }),
  z.object({ outcome: z.literal("already_merged") }),
]);

/** Gives what a guest holds to the user that the guest became. Safe to repeat. */
export async function transferReservations(fromShopperId: string, toShopperId: string) {
  const args = { p_from_shopper_id: fromShopperId, p_to_shopper_id: toShopperId };
  return callFunction("transfer_reservations", args, AnswerSchema);
}
