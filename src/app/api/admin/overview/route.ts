import { StatisticsQuerySchema } from "@/contracts/admin";
import { readOverview } from "@/lib/admin/overview";
import { requireAdmin } from "@/lib/http/identity";
import { parseQuery } from "@/lib/http/parse";
import { personal, route } from "@/lib/http/route";

/** The figures and series of the admin's first page. */
export const GET = route(async (request) => {
  await requireAdmin(request);
  const { hours } = parseQuery(StatisticsQuerySchema, request);
  return personal(await readOverview(hours));
});
