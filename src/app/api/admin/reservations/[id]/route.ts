import { IdPathSchema, NoQuerySchema } from "@/contracts/admin-common";
import { findReservation } from "@/lib/admin/find-reservation";
import { requireAdmin } from "@/lib/http/identity";
import { parse, parseQuery } from "@/lib/http/parse";
import { valueOrProblem } from "@/lib/http/refusal";
import { personal, route } from "@/lib/http/route";

/** One hold with its whole timeline. */
export const GET = route<RouteContext<"/api/admin/reservations/[id]">>(async (request, { params }) => {
  await requireAdmin(request);
  const { id } = parse(IdPathSchema, await params);
  parseQuery(NoQuerySchema, request);
  return personal(valueOrProblem(await findReservation(id)));
});
