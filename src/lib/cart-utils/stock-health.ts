import { type Consistency, ConsistencySchema, type StockHealth, StockHealthSchema } from "@/contracts/admin";
import { callFunction } from "../supabase/call-function";

/** Whether the shop's stock is well, in figures. */
export function readStockHealth(): Promise<StockHealth> {
  return callFunction("stock_health", {}, StockHealthSchema);
}

/** Every drift between counters, holds, shoppers and the ledger; none when all is well. Mends nothing. */
export async function checkConsistency(): Promise<Consistency> {
  const findings = ConsistencySchema.shape.findings;
  return { findings: await callFunction("validate_stock_consistency", {}, findings) };
}
