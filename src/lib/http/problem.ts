import type { Problem } from "@/contracts/problem";
import { AuthUnavailable } from "../auth/auth-error";
import { IdempotencyMismatch } from "../idempotency";
import { logError } from "../log";
import { Overloaded } from "../overloaded";
import { StripeUnavailable } from "../stripe/stripe-error";
import { DatabaseError, DatabaseUnavailable } from "../supabase/database-error";
import { PROBLEMS, type ProblemCode } from "./problem-codes";

type Extras = Omit<Problem, "type" | "title" | "status" | "code" | "requestId">;

/** Thrown by handlers and what they call to answer with a problem. Expected, so it is not logged. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly extras: Extras;

  constructor(code: ProblemCode, extras: Extras = {}) {
    super(code);
    this.code = code;
    this.extras = extras;
  }
}

/** Any thrown thing as `application/problem+json`. What nobody foresaw is masked, and logged by request id. */
export function problemResponse(thrown: unknown, requestId: string): Response {
  const { code, extras } = toProblem(thrown, requestId);
  const [status, title] = PROBLEMS[code];
  const problem: Problem = {
    type: `urn:holdfast:problem:${code}`,
    title,
    status,
    code,
    requestId,
    ...extras,
  };
  return Response.json(problem, {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "private, no-store",
      ...(code === "cron_secret_required" && { "WWW-Authenticate": "Bearer" }),
      ...((status === 503 || status === 429) && { "Retry-After": String(extras.retryAfterSeconds ?? 1) }),
    },
  });
}

function toProblem(thrown: unknown, requestId: string): { code: ProblemCode; extras: Extras } {
  if (thrown instanceof ProblemError) return thrown;
  if (thrown instanceof DatabaseUnavailable) {
    logError("database_unavailable", { requestId, message: thrown.message });
    return { code: "database_unavailable", extras: {} };
  }
  if (thrown instanceof AuthUnavailable) {
    logError("auth_unavailable", { requestId, message: thrown.message });
    return { code: "auth_unavailable", extras: {} };
  }
  // Logged where it was met, with what Stripe said.
  if (thrown instanceof StripeUnavailable) return { code: "payment_unavailable", extras: {} };
  if (thrown instanceof IdempotencyMismatch) return { code: "idempotency_mismatch", extras: {} };
  // Not logged: a flood of requests may not become a flood of lines.
  if (thrown instanceof Overloaded) return { code: "server_busy", extras: {} };
  logError("internal_error", {
    requestId,
    message: thrown instanceof Error ? thrown.message : String(thrown),
    sqlState: thrown instanceof DatabaseError ? thrown.code : undefined,
    stack: thrown instanceof Error ? thrown.stack : undefined,
  });
  return { code: "internal_error", extras: {} };
}
