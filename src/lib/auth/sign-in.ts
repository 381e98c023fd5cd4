import { transferReservations } from "../cart-utils/transfer";
import { countAttempt, forgetAttempts } from "./attempts";
import { throwIfUnavailable } from "./auth-error";
import { emptyJar, openSession, type SessionWrites } from "./session-writes";
import { readUser, type User } from "./user-of-session";

/** What somebody shows to be let in: a password, or the code that they were sent. */
export type Proof = { email: string; password: string } | { email: string; code: string };

export type SignInResult =
  | { ok: true; user: User; moved: number; merged: number; writes: SessionWrites }
  | { ok: false; code: "sign_in_refused" | "payment_open" }
  | { ok: false; code: "too_many_attempts"; retryAfterSeconds: number };

/** Ends the open payment of a shopper, so that what it pins can move. Throws where that cannot be. */
export type EndPayment = (shopperId: string) => Promise<void>;

/**
 * Signs in and gives the user what the guest held. Whoever is refused is not told why: no such account, another
 * password and an address that was never confirmed look the same. Throws `AuthUnavailable` and `DatabaseUnavailable`;
 * then nothing has happened that repeating it does not mend.
 */
export async function signIn(
  proof: Proof,
  guestId: string | null,
  secure: boolean,
  endPayment: EndPayment,
): Promise<SignInResult> {
  const way = "password" in proof ? "password" : "code";
  const counted = await countAttempt(way, proof.email);
  if (counted.outcome === "too_many_attempts") {
    return { ok: false, code: "too_many_attempts", retryAfterSeconds: counted.retryAfterSeconds };
  }
  // Opened without the browser's cookies: what was there before is replaced, not continued.
  const { auth, writes } = openSession(emptyJar, secure);
  const { data, error } =
    "password" in proof
      ? await auth.signInWithPassword(proof)
      : await auth.verifyOtp({ email: proof.email, token: proof.code, type: "email" });
  if (error) throwIfUnavailable(error);
  const user = readUser(data.user);
  if (!user || !data.session) return { ok: false, code: "sign_in_refused" };
  await forgetAttempts(way, proof.email);
  const transfer = await takeOver(guestId, user.id, endPayment).catch(async (error: unknown) => {
    // Half signed in is not signed in: the browser gets no session, so there is to be none.
    await auth.signOut({ scope: "local" });
    throw error;
  });
  if (transfer.outcome === "payment_open") {
    await auth.signOut({ scope: "local" });
    return { ok: false, code: "payment_open" };
  }
  return { ok: true, user, moved: transfer.moved, merged: transfer.merged, writes };
}

const nothingMoved = { outcome: "transferred", moved: 0, merged: 0 } as const;

/** Nothing to move where there was no guest, or where the guest became somebody else before. */
async function takeOver(guestId: string | null, userId: string, endPayment: EndPayment) {
  if (guestId === null || guestId === userId) return nothingMoved;
  const first = await transferReservations(guestId, userId);
  const isOpen = first.outcome === "payment_open";
  if (isOpen) await endPayment(guestId);
  const answer = isOpen ? await transferReservations(guestId, userId) : first;
  return answer.outcome === "already_merged" ? nothingMoved : answer;
}
