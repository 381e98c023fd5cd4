import { type Sweeps, SweepsSchema } from "@/contracts/admin-housekeeping";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** Runs of the sweep, the last one first, a page of them. */
export function listSweeps(before?: number): Promise<Sweeps> {
  const args = before === undefined ? {} : { p_before: before };
  return callFunction("admin_sweep_runs", args, SweepsSchema, IF_IDEMPOTENT);
}
