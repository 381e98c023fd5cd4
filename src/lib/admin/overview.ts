import { type Overview, OverviewSchema } from "@/contracts/admin-overview";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** The figures and series of the admin's first page. Reads every hold: for operators, not for shoppers. */
export function readOverview(hours: number): Promise<Overview> {
  return callFunction("admin_overview", { p_hours: hours }, OverviewSchema, IF_IDEMPOTENT);
}
