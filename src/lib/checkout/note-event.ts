import { z } from "zod";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import type { EventName } from "./settle";

/** Writes down an event that has no effect. */
export async function noteEvent({ id, type }: EventName): Promise<string> {
  const args = { p_event_id: id, p_event_type: type };
  return (await callFunction("note_event", args, z.object({ outcome: z.string() }), IF_IDEMPOTENT)).outcome;
}
