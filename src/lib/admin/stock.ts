import { type AdminStock, AdminStockSchema } from "@/contracts/admin-stock";
import { callFunction } from "../supabase/call-function";
import { IF_IDEMPOTENT } from "../supabase/repeat";

/** Every stock level with what it can give now. */
export function readStock(): Promise<AdminStock> {
  return callFunction("admin_stock", {}, AdminStockSchema, IF_IDEMPOTENT);
}
