import type { Refusal, Result } from "@/domain/outcomes";
import { ProblemError } from "./problem";

/** The value of a result; a refusal becomes the problem of the same code. */
export function valueOrProblem<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  const { code, ...facts }: Refusal = result.refusal;
  throw new ProblemError(code, { ...facts, serverNow: result.serverNow });
}
