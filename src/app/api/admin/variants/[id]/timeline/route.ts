import { IdPathSchema } from "@/contracts/admin-common";
import { TimelineQuerySchema } from "@/contracts/admin-timeline";
import { readTimeline } from "@/lib/admin/timeline";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseQuery } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { personal, route } from "@/lib/http/route";

/** Why a variant could be had at an instant, or not. */
export const GET = route<RouteContext<"/api/admin/variants/[id]/timeline">>(async (request, { params }) => {
  await requireAdmin(request);
  const { id } = parse(IdPathSchema, await params);
  const query = parseQuery(TimelineQuerySchema, request);
  return personal(valueOrProblem(await readTimeline(id, query)));
});
