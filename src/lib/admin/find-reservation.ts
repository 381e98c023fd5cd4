import { z } from "zod";
import { type AdminHoldAnswer, AdminHoldAnswerSchema } from "@/contracts/admin-reservations";
import type { AdminResult } from "@/domain/admin-outcomes";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  AdminHoldAnswerSchema.extend({ outcome: z.literal("found") }),
  z.object({ outcome: z.literal("not_found"), serverNow: z.string() }),
]);

/** One hold with its whole timeline from the trail. */
export async function findReservation(id: string): Promise<AdminResult<AdminHoldAnswer>> {
  const args = { p_reservation_id: id };
  const answer = await callFunction("admin_reservation", args, AnswerSchema, IF_IDEMPOTENT);
  if (answer.outcome === "not_found") return refused("reservation_not_found", answer.serverNow);
  const { outcome: _, ...value } = answer;
  return { ok: true, value };
}
