import { StatisticsQuerySchema } from "@/contracts/admin";
import { readStatistics } from "@/lib/cart-utils/statistics";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** Figures of the holds of the last hours. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  const { hours } = parseQuery(StatisticsQuerySchema, request);
  return personal(await readStatistics(hours));
});
