import { z } from "zod";
import { type AdminReleased, AdminReleasedSchema } from "@/contracts/admin-reservations";
import type { AdminResult } from "@/domain/admin-outcomes";
import { type Acting, changeOnce } from "../supabase/change-once";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  AdminReleasedSchema.extend({ outcome: z.literal("released") }),
  z.object({ outcome: z.enum(["not_found", "ended", "payment_open"]), serverNow: z.string() }),
]);

const CODES = {
  not_found: "reservation_not_found",
  ended: "reservation_ended",
  payment_open: "payment_open",
} as const;

/** Takes an active hold back, with a reason. Its shopper is told that the shop withdrew it. */
export async function releaseReservation(
  id: string,
  reason: string,
  by: Acting,
): Promise<AdminResult<AdminReleased>> {
  const args = { p_reservation_id: id, p_reason: reason, p_admin_id: by.adminId };
  const answer = await changeOnce("admin_release_reservation", args, AnswerSchema, by);
  if (answer.outcome !== "released") return refused(CODES[answer.outcome], answer.serverNow);
  return { ok: true, value: { serverNow: answer.serverNow, reservation: answer.reservation } };
}
