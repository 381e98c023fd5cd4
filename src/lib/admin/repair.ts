import { type Repair, RepairSchema } from "@/contracts/admin-housekeeping";
import { callFunction } from "../supabase/call-function";

/** Mends the drifts that can be mended, or says in a dry run which there are. */
export function repairStock(dryRun: boolean, adminId: string): Promise<Repair> {
  return callFunction("admin_repair_stock", { p_dry_run: dryRun, p_admin_id: adminId }, RepairSchema);
}
