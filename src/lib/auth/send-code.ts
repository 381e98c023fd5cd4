import { authClient } from "../supabase/clients";
import { countAttempt } from "./attempts";
import { isUnusableAddress, throwIfUnavailable } from "./auth-error";

/** No such account, or a code was sent a moment ago: said to nobody. */
const isUntold = new Set(["otp_disabled", "user_not_found", "signup_disabled", "over_email_send_rate_limit"]);

export type CodeResult = { ok: true } | { ok: false; code: "too_many_attempts"; retryAfterSeconds: number };

/** Sends a code to the address of an account, and says nothing about whether there is one. Throws `AuthUnavailable`. */
export async function sendCode(email: string): Promise<CodeResult> {
  const counted = await countAttempt("e-mail", email);
  if (counted.outcome === "too_many_attempts") {
    return { ok: false, code: "too_many_attempts", retryAfterSeconds: counted.retryAfterSeconds };
  }
  const { error } = await authClient().signInWithOtp({ email, options: { shouldCreateUser: false } });
  if (!error || isUnusableAddress(error) || (error.code && isUntold.has(error.code))) return { ok: true };
  throwIfUnavailable(error);
  throw error;
}
