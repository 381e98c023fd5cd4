import { z } from "zod";
import { type Timeline, type TimelineQuery, TimelineSchema } from "@/contracts/admin-timeline";
import type { AdminResult } from "@/domain/admin-outcomes";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import { refused } from "./refused";

const AnswerSchema = z.discriminatedUnion("outcome", [
  TimelineSchema.extend({ outcome: z.literal("found") }),
  z.object({ outcome: z.literal("not_found"), serverNow: z.string() }),
]);

/** What there was of a variant at an instant, and what changed around it, from the trail. */
export async function readTimeline(
  id: string,
  { at, minutes }: TimelineQuery,
): Promise<AdminResult<Timeline>> {
  const args = { p_variant_id: id, ...(at && { p_at: at }), ...(minutes && { p_minutes: minutes }) };
  const answer = await callFunction("admin_variant_timeline", args, AnswerSchema, IF_IDEMPOTENT);
  if (answer.outcome === "not_found") return refused("variant_not_found", answer.serverNow);
  const { outcome: _, ...value } = answer;
  return { ok: true, value };
}
