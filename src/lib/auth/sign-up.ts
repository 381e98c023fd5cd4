import type { SignUpBody } from "@/contracts/account";
import { authClient } from "../supabase/clients";
import { countAttempt } from "./attempts";
import { isUnusableAddress, throwIfUnavailable } from "./auth-error";

export type SignUpResult =
  | { ok: true; outcome: "code_sent" | "confirmed" }
  | { ok: false; code: "weak_password" | "sign_up_closed" | "validation_failed" }
  | { ok: false; code: "too_many_attempts"; retryAfterSeconds: number };

/** The address has an account, or was asked for a moment ago: said to nobody. */
const isKnown = new Set(["user_already_exists", "email_exists", "over_email_send_rate_limit"]);

/**
 * Makes an account. `code_sent` is the answer for addresses that have one, too; `confirmed` where the project asks
 * for no confirmation. Throws `AuthUnavailable` and `DatabaseUnavailable`.
 */
export async function signUp({ email, password }: SignUpBody): Promise<SignUpResult> {
  const counted = await countAttempt("e-mail", email);
  if (counted.outcome === "too_many_attempts") {
    return { ok: false, code: "too_many_attempts", retryAfterSeconds: counted.retryAfterSeconds };
  }
  const { data, error } = await authClient().signUp({ email, password });
  if (!error) return { ok: true, outcome: data.session ? "confirmed" : "code_sent" };
  if (error.code && isKnown.has(error.code)) return { ok: true, outcome: "code_sent" };
  if (error.code === "weak_password") return { ok: false, code: "weak_password" };
  // The auth service is stricter about addresses than our contract: it knows domains that take no mail.
  if (isUnusableAddress(error)) return { ok: false, code: "validation_failed" };
  if (error.code === "signup_disabled" || error.code === "email_provider_disabled") {
    return { ok: false, code: "sign_up_closed" };
  }
  throwIfUnavailable(error);
  throw error;
}
