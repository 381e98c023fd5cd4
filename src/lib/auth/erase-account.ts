import { z } from "zod";
import { callFunction } from "../supabase/call-function";
import type { CookieJar } from "./session-cookie";
import { confirmedUser } from "./user-of-session";

const AnswerSchema = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("erased"), released: z.int() }),
  z.object({ outcome: z.enum(["sign_in_again", "payment_open"]) }),
]);

export type EraseResult =
  | { ok: true; released: number }
  | { ok: false; code: "sign_in_required" | "sign_in_again" | "payment_open" };

/**
 * Erases the account of this session: the user, every session of theirs and what they hold. Asked of the auth
 * service first, so that a session that was ended elsewhere erases nothing. Throws `AuthUnavailable`.
 */
export async function eraseAccount(jar: CookieJar): Promise<EraseResult> {
  const user = await confirmedUser(jar);
  if (!user) return { ok: false, code: "sign_in_required" };
  const args = { p_user_id: user.id, p_session_id: user.sessionId };
  const answer = await callFunction("erase_account", args, AnswerSchema);
  if (answer.outcome !== "erased") return { ok: false, code: answer.outcome };
  return { ok: true, released: answer.released };
}
