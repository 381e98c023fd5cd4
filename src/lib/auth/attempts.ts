import { z } from "zod";
import { callFunction } from "../supabase/call-function";

const CountedSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("counted") }),
  z.object({ outcome: z.literal("too_many_attempts"), retryAfterSeconds: z.int() }),
]);

/** Ways to try, each with its own count for each address: who mistyped a password may still ask for a code. */
export type Way = "password" | "code" | "e-mail";

/** Counts before the attempt is made; `too_many_attempts` says in how many seconds the next may be made. */
export async function countAttempt(way: Way, email: string) {
  return callFunction("count_sign_in_attempt", { p_way: way, p_email: email }, CountedSchema);
}

/** One of them succeeded. */
export async function forgetAttempts(way: Way, email: string): Promise<void> {
  await callFunction("forget_sign_in_attempts", { p_way: way, p_email: email }, z.unknown());
}
