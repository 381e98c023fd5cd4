import { type Statistics, StatisticsSchema } from "@/contracts/admin";
import { callFunction } from "../supabase/call-function";

/** What became of the holds of the last hours. Reads them all: for operators, not for shoppers. */
export function readStatistics(hours: number): Promise<Statistics> {
  return callFunction("reservation_stats", { p_since: `${hours} hours` }, StatisticsSchema);
}
