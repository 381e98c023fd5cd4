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
export async function eraseAccount(
  jar: CookieJar,
  endPayment: (shopperId: string) => Promise<void>,
): Promise<EraseResult> {
  const user = await confirmedUser(jar);
  if (!user) return { ok: false, code: "sign_in_required" };
  const args = { p_user_id: user.id, p_session_id: user.sessionId };
  const first = await callFunction("erase_account", args, AnswerSchema);
  const isOpen = first.outcome === "payment_open";
  if (isOpen) await endPayment(user.id);
  const answer = isOpen ? await callFunction("erase_account", args, AnswerSchema) : first;
  if (answer.outcome !== "erased") return { ok: false, code: answer.outcome };
  return { ok: true, released: answer.released };
}
