import { z } from "zod";
import type { Refusal } from "@/domain/outcomes";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";
import type { SqlRefusal } from "./sql-answers";

/** Limits that end by themselves: waiting helps, asking for less does not. */
const PASSING = new Set(["max_holds_per_minute", "max_requests_per_address", "max_unconverted_holds"]);

const PauseSchema = z.object({ retryAfterSeconds: z.int().min(1) });

/** The refusal in the words that the rest of the store uses; of a limit that passes, with how long it lasts. */
export async function toRefusal(shopperId: string, answer: SqlRefusal): Promise<Refusal> {
  const { outcome: code, ...facts } = answer;
  if (answer.outcome !== "limit_reached") return { code, ...facts } as Refusal;
  const { limit, requested, shortfall } = answer;
  const { name, value, retryAfterSeconds } = limit;
  const refused = { limit: { name, value }, requested, shortfall };
  if (!PASSING.has(name)) return { code: "limit_reached", ...refused };
  const pause = retryAfterSeconds ?? (await askPause(shopperId));
  return { code: "too_many_requests", ...refused, retryAfterSeconds: pause };
}

async function askPause(shopperId: string): Promise<number> {
  const args = { p_shopper_id: shopperId };
  return (await callFunction("get_hold_pause", args, PauseSchema, IF_IDEMPOTENT)).retryAfterSeconds;
}
