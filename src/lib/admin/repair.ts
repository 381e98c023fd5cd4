import { type Repair, RepairSchema } from "@/contracts/admin-housekeeping";
import { type Acting, changeOnce } from "../supabase/change-once";

/** Mends the drifts that can be mended, or says in a dry run which there are. */
export function repairStock(dryRun: boolean, by: Acting): Promise<Repair> {
  const args = { p_dry_run: dryRun, p_admin_id: by.adminId };
  return changeOnce("admin_repair_stock", args, RepairSchema, by);
}
