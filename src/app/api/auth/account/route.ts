import { eraseAccount } from "@/lib/auth/erase-account";
import { forgottenSession } from "@/lib/auth/session-writes";
import { makeWay } from "@/lib/checkout/open-payment-in-the-way";
import { ProblemError } from "@/lib/http/problem";
import { route } from "@/lib/http/route";
import { signedOut } from "@/lib/http/signed-in";

/** Erases the account of who is signed in, for good: needs a session that is at most 15 minutes old. */
export const DELETE = route(async (request) => {
  const result = await eraseAccount(request.cookies, makeWay);
  if (!result.ok) throw new ProblemError(result.code);
  const answer = { outcome: "erased", released: result.released };
  return signedOut(request, answer, forgottenSession(request.cookies));
});
