import type { AdminRefusal, AdminResult } from "@/domain/admin-outcomes";

/** A refusal as an answer. */
export function refused(code: PlainCode, serverNow?: string): AdminResult<never> {
  return { ok: false, ...(serverNow !== undefined && { serverNow }), refusal: { code } };
}
type PlainCode = Exclude<AdminRefusal["code"], "units_held">;
