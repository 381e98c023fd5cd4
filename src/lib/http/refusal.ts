import type { AdminResult } from "@/domain/admin-outcomes";
import type { Result } from "@/domain/outcomes";
import { ProblemError } from "./problem";

/** The value of a result; a refusal becomes the problem of the same code. */
export function valueOrProblem<Value>(result: Result<Value> | AdminResult<Value>): Value {
  if (result.ok) return result.value;
  const { code, ...facts } = result.refusal;
  const { serverNow } = result;
  throw new ProblemError(code, { ...facts, ...(serverNow !== undefined && { serverNow }) });
}
