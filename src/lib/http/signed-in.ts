import type { NextRequest } from "next/server";
import type { SignedIn } from "@/contracts/account";
import { forgottenSession } from "../auth/session-writes";
import type { SignInResult } from "../auth/sign-in";
import { toSession } from "../auth/to-session";
import { newGuest } from "./identity";
import { ProblemError } from "./problem";
import type { ProblemCode } from "./problem-codes";
import { personal } from "./route";

/**
 * The answer to a sign-in: the session's cookies with the headers that came with them, and another guest. The old
 * guest's cookie acts for the user for a while, so it may not stay in a browser that the user may leave.
 */
export function signedIn(request: NextRequest, result: SignInResult): Response {
  if (!result.ok) throw authProblem(result);
  const { user, moved, merged, writes } = result;
  const answer: SignedIn = { outcome: "signed_in", session: toSession(user), moved, merged };
  // Pieces of an earlier session go: a longer one would leave some, and a shorter one be read instead of the new.
  const written = new Set(writes.cookies.map(({ name }) => name));
  const earlier = { getAll: () => request.cookies.getAll().filter(({ name }) => !written.has(name)) };
  const setCookie = [...forgottenSession(earlier), ...writes.setCookies, newGuest(request).setCookie];
  return personal(answer, { setCookie, headers: writes.headers });
}

/** The answer that leaves nothing of a user in the browser: no cookie, nothing cached, and another guest. */
export function signedOut(request: NextRequest, answer: object, forgotten: string[]): Response {
  const setCookie = [...forgotten, newGuest(request).setCookie];
  return personal(answer, { setCookie, headers: { "Clear-Site-Data": '"cache", "storage"' } });
}

/** The problem of a refused attempt, with the time after which another one makes sense. */
export function authProblem(refused: { code: ProblemCode; retryAfterSeconds?: number }): ProblemError {
  const { code, retryAfterSeconds } = refused;
  return new ProblemError(code, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
}
